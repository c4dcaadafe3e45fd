// Duty: of each key the timestamp that it last set a timer for, so that setting the same one again, as a function does with each
// record of a bucket of time, is one comparison instead of a search in the queue's table.
// Invariants: a timestamp stands at the place of a key only while the queue has that element. A key is known by its place, the
// position of its entry in the leading state of the backend (key-context.ts): when a place gets another key, and when the element
// leaves the queue, the timestamp is forgotten. NaN is no timestamp of a timer.
// Thread: the task worker that owns the backend.
import { NO_PLACE, type PlaceNotes } from './key-context.js'

const INITIAL_CAPACITY = 64

export class RecentTimers implements PlaceNotes {
  #timestamps = new Float64Array(INITIAL_CAPACITY).fill(Number.NaN)
  /** By position in the queue's table: the place of the key. */
  #places = new Int32Array(INITIAL_CAPACITY).fill(NO_PLACE)

  isNoted(place: number, timestamp: number): boolean {
    return this.#timestamps[place] === timestamp
  }

  note(place: number, timestamp: number, position: number): void {
    if (place >= this.#timestamps.length) {
      const grown = new Float64Array(Math.max(2 * this.#timestamps.length, place + 1)).fill(Number.NaN)
      grown.set(this.#timestamps)
      this.#timestamps = grown
    }
    if (position >= this.#places.length) {
      const grown = new Int32Array(Math.max(2 * this.#places.length, position + 1)).fill(NO_PLACE)
      grown.set(this.#places)
      this.#places = grown
    }
    this.#timestamps[place] = timestamp
    this.#places[position] = place
  }

  /** The element at the position leaves the queue. */
  forgetElement(position: number, timestamp: number): void {
    const place = this.#places[position] ?? NO_PLACE
    if (place !== NO_PLACE && this.#timestamps[place] === timestamp) this.#timestamps[place] = Number.NaN
  }

  forgetPlace(place: number): void {
    if (place < this.#timestamps.length) this.#timestamps[place] = Number.NaN
  }
}
