// Duty: positions of a table, one after the other: those that wait for the next entries, or that changed.
// Invariants: four bytes each, and a long list grows where it is.
// Thread: the task worker that owns the backend.
import { grownInt32 } from './growing-numbers.js'

const NONE = new Int32Array(0)
const INITIAL_CAPACITY = 16

export class PositionList {
  #positions: Int32Array = NONE
  #size = 0

  get size(): number {
    return this.#size
  }

  at(index: number): number {
    return this.#positions[index] as number
  }

  push(position: number): void {
    const size = this.#size
    if (size === this.#positions.length) this.#positions = grownInt32(this.#positions, 2 * size || INITIAL_CAPACITY)
    this.#positions[size] = position
    this.#size = size + 1
  }

  /** The last one; it must not be empty. */
  pop(): number {
    this.#size -= 1
    return this.#positions[this.#size] as number
  }
}
