// Duty: the bytes that a snapshot is to have of entries which have changed since its barrier, until it comes to their place in the
// order of the store.
// Invariants: each position has one at most, and all go together. They take a part of what live objects may, in addition to that
// and not on the heap; what finds no room is for its owner to write at once.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { CacheMarks } from './cache-marks.js'

const PART_BYTES = 2 ** 18
const LENGTH_BYTES = 4

export class ValuesAside {
  readonly #marks: CacheMarks
  /** By position: one more than where its length stands; 0 where there is none. */
  #places = new Int32Array(0)
  #parts: Buffer[] = []
  #used = 0

  constructor(marks: CacheMarks) {
    this.#marks = marks
  }

  /** False where there is no room. `limit`: positions that come are below. */
  put(position: number, value: Uint8Array, limit: number): boolean {
    const needed = LENGTH_BYTES + value.length
    if (needed > PART_BYTES) return false
    const part = this.#partFor(needed)
    if (part === undefined) return false
    if (this.#places.length === 0) this.#places = new Int32Array(limit)
    const at = this.#used % PART_BYTES
    part.writeInt32LE(value.length, at)
    part.set(value, at + LENGTH_BYTES)
    this.#places[position] = this.#used + 1
    this.#used += needed
    return true
  }

  get(position: number): Uint8Array {
    const place = (this.#places[position] ?? 0) - 1
    const part = this.#parts[Math.floor(place / PART_BYTES)]
    if (part === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'no value was put aside' })
    const at = place % PART_BYTES
    return part.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + part.readInt32LE(at))
  }

  clear(): void {
    this.#marks.asideBytes -= this.#parts.length * PART_BYTES
    this.#places = new Int32Array(0)
    this.#parts = []
    this.#used = 0
  }

  /** The part that has so many bytes left, a new one if need be. */
  #partFor(needed: number): Buffer | undefined {
    const marks = this.#marks
    if ((this.#used % PART_BYTES) + needed <= PART_BYTES && this.#used < this.#parts.length * PART_BYTES)
      return this.#parts.at(-1)
    if (marks.asideBytes + PART_BYTES > marks.mostAsideBytes) return undefined
    this.#used = this.#parts.length * PART_BYTES
    marks.asideBytes += PART_BYTES
    const part = Buffer.allocUnsafeSlow(PART_BYTES)
    this.#parts.push(part)
    return part
  }
}
