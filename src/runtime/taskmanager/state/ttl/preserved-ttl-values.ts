// Duty: what a snapshot keeps of values with a time to live: each value with its time beside it.
// Invariants: as PreservedObjects. Times are whole ms, kept as what they are past the first one: V8 has small numbers, of 24 days both
// ways, in the list itself, and makes an object of each other one. With a TtlValue an entry, which lives until it is written, counts of
// 1,000,000 keys with a checkpoint each second took 9.0 s of processor time, and 6.9 s without a time to live; with times in a list of
// their own a record took 4 % more while a snapshot was written.
// Thread: the task worker that owns the backend.
import { CHUNK_BITS, CHUNK_MASK, type PreservedValues } from '../preserved-values.js'
import { TtlValue } from './ttl-value.js'

export class PreservedTtlValues implements PreservedValues {
  readonly #table: { valueAt(position: number): unknown }
  readonly #timesMs: () => Float64Array
  /** A value at 2p and its time at 2p + 1, p counting from the start of the chunk. */
  readonly #chunks: (unknown[] | undefined)[] = []
  /** That of the first value that was kept. */
  #firstMs: number | undefined
  /** What is given out. */
  readonly #given = new TtlValue(undefined, 0)

  /** `timesMs`: by position, as they are when it is asked. */
  constructor(table: { valueAt(position: number): unknown }, timesMs: () => Float64Array) {
    this.#table = table
    this.#timesMs = timesMs
  }

  keep(position: number): void {
    const chunk = (this.#chunks[position >>> CHUNK_BITS] ??= new Array<unknown>(2 * (CHUNK_MASK + 1)))
    const at = 2 * (position & CHUNK_MASK)
    const ms = this.#timesMs()[position] as number
    this.#firstMs ??= ms
    chunk[at] = this.#table.valueAt(position)
    chunk[at + 1] = ms - this.#firstMs
  }

  valueAt(position: number): TtlValue {
    const chunk = this.#chunks[position >>> CHUNK_BITS]
    const at = 2 * (position & CHUNK_MASK)
    this.#given.value = chunk?.[at]
    this.#given.lastAccessMs = (this.#firstMs ?? 0) + ((chunk?.[at + 1] ?? 0) as number)
    return this.#given
  }

  drop(position: number): void {
    const chunk = this.#chunks[position >>> CHUNK_BITS]
    if (chunk !== undefined) chunk[2 * (position & CHUNK_MASK)] = undefined
  }

  clear(): void {
    this.#chunks.length = 0
  }
}
