// Duty: what a snapshot keeps of values with a time to live: the values and their times each in a list.
// Invariants: as PreservedObjects. With a TtlValue an entry, which lives until it is written, counts of 1,000,000 keys with a checkpoint
// each second took 9.0 s of processor time, and 6.9 s without a time to live.
// Thread: the task worker that owns the backend.
import { CHUNK_BITS, CHUNK_MASK, PreservedObjects, type PreservedValues } from '../preserved-values.js'
import { TtlValue } from './ttl-value.js'

export class PreservedTtlValues implements PreservedValues {
  readonly #values: PreservedObjects
  readonly #timesMs: () => Float64Array
  readonly #chunks: (Float64Array | undefined)[] = []
  /** What is given out. */
  readonly #given = new TtlValue(undefined, 0)

  /** `timesMs`: by position, as they are when it is asked. */
  constructor(table: { valueAt(position: number): unknown }, timesMs: () => Float64Array) {
    this.#values = new PreservedObjects(table)
    this.#timesMs = timesMs
  }

  keep(position: number): void {
    this.#values.keep(position)
    const chunk = (this.#chunks[position >>> CHUNK_BITS] ??= new Float64Array(CHUNK_MASK + 1))
    chunk[position & CHUNK_MASK] = this.#timesMs()[position] as number
  }

  valueAt(position: number): TtlValue {
    this.#given.value = this.#values.valueAt(position)
    this.#given.lastAccessMs = this.#chunks[position >>> CHUNK_BITS]?.[position & CHUNK_MASK] ?? 0
    return this.#given
  }

  drop(position: number): void {
    this.#values.drop(position)
  }

  clear(): void {
    this.#values.clear()
    this.#chunks.length = 0
  }
}
