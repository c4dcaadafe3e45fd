// Duty: positions that wait, for the next entries or for the end of a snapshot.
// Invariants: whoever came last leaves first.
// Thread: the task worker that owns the backend.
import { grownInt32 } from './growing-numbers.js'

const NONE = new Int32Array(0)
const INITIAL_CAPACITY = 16

export class PositionStack {
  #positions: Int32Array = NONE
  #size = 0

  get size(): number {
    return this.#size
  }

  push(position: number): void {
    const size = this.#size
    if (size === this.#positions.length) this.#positions = grownInt32(this.#positions, 2 * size || INITIAL_CAPACITY)
    this.#positions[size] = position
    this.#size = size + 1
  }

  /** It must not be empty. */
  pop(): number {
    this.#size -= 1
    return this.#positions[this.#size] as number
  }
}
