// Duty: entries that a restore makes, gathered so that the store gets them in the order of their keys.
// Invariants: what is put is copied; no key is put twice before a `takeSorted`.
// Thread: the task worker that owns the backend.
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { orderByBytes } from './byte-order.js'

const FIRST_COUNT = 1024

export interface RestoreTarget {
  /** The value are the bytes from `start` to `end`. */
  put(key: Uint8Array, bytes: Uint8Array, start: number, end: number): void
}

/**
 * RocksDB and LMDB take keys in their order faster: 1,000,000 of 14 bytes, 7,812 of each key group together, 2.7 s of processor
 * time became 1.0, and 1.3 became 1.05.
 */
export class RestoredEntries implements RestoreTarget {
  readonly #output = new DataOutputView(64 * 1024)
  #count = 0
  #starts = new Uint32Array(FIRST_COUNT)
  #valueStarts = new Uint32Array(FIRST_COUNT)
  #ends = new Uint32Array(FIRST_COUNT)

  get sizeBytes(): number {
    return this.#output.position
  }

  put(key: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    if (this.#count === this.#starts.length) this.#grow()
    const output = this.#output
    this.#starts[this.#count] = output.position
    output.writeSlice(key, 0, key.length)
    this.#valueStarts[this.#count] = output.position
    output.writeSlice(bytes, start, end)
    this.#ends[this.#count] = output.position
    this.#count += 1
  }

  /** Gives all of them away; the bytes are lent. */
  takeSorted(take: (key: Uint8Array, value: Uint8Array) => void): void {
    const { bytes } = this.#output
    const [starts, valueStarts, ends] = [this.#starts, this.#valueStarts, this.#ends]
    const { buffer, byteOffset } = bytes
    for (const entry of orderByBytes({ bytes, count: this.#count, starts, ends: valueStarts })) {
      const start = starts[entry] as number
      const valueStart = valueStarts[entry] as number
      const key = new Uint8Array(buffer, byteOffset + start, valueStart - start)
      take(key, new Uint8Array(buffer, byteOffset + valueStart, (ends[entry] as number) - valueStart))
    }
    this.#count = 0
    this.#output.reset()
  }

  #grow(): void {
    this.#starts = twice(this.#starts)
    this.#valueStarts = twice(this.#valueStarts)
    this.#ends = twice(this.#ends)
  }
}

function twice(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
