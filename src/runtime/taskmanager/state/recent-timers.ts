// Duty: of each key the timestamp that it last set a timer for, so that setting the same one again, as a function does with each
// record of a bucket of time, is one comparison instead of a search in the queue's table.
// Invariants: a timestamp stands at the place of a key only while the queue has that element. A key is known by its place, the
// position of its entry in the leading state of the backend (key-context.ts): when a place gets another key, and when the element
// leaves the queue, the timestamp is forgotten. 0 stands for none: a timer for it is looked up each time.
// Thread: the task worker that owns the backend.
import { grownFloat64, grownInt32 } from './growing-numbers.js'
import type { PlaceNotes } from './key-context.js'

const INITIAL_CAPACITY = 64

export class RecentTimers implements PlaceNotes {
  #timestamps: Float64Array = new Float64Array(INITIAL_CAPACITY)
  /** By position in the queue's table: the place of the key + 1. */
  #places: Int32Array = new Int32Array(INITIAL_CAPACITY)

  isNoted(place: number, timestamp: number): boolean {
    return timestamp !== 0 && this.#timestamps[place] === timestamp
  }

  note(place: number, timestamp: number, position: number): void {
    if (place >= this.#timestamps.length) {
      this.#timestamps = grownFloat64(this.#timestamps, Math.max(2 * this.#timestamps.length, place + 1))
    }
    if (position >= this.#places.length) {
      this.#places = grownInt32(this.#places, Math.max(2 * this.#places.length, position + 1))
    }
    this.#timestamps[place] = timestamp
    this.#places[position] = place + 1
  }

  /** The element at the position leaves the queue. */
  forgetElement(position: number, timestamp: number): void {
    const place = (this.#places[position] ?? 0) - 1
    if (place >= 0 && this.#timestamps[place] === timestamp) this.#timestamps[place] = 0
  }

  forgetPlace(place: number): void {
    if (place < this.#timestamps.length) this.#timestamps[place] = 0
  }
}
