// Duty: when each entry of a table was accessed for the last time, by its position; and loading times that are looked at soon.
// Thread: the task worker that owns the backend.
import type { ValuesAhead } from '../entries-ahead.js'
import type { EntryList } from '../entry-list.js'
import { grownFloat64 } from '../growing-numbers.js'
import { ObjectsAhead } from '../objects-ahead.js'

const INITIAL_CAPACITY = 64

export class AccessTimes implements ValuesAhead {
  readonly leastSize: number
  /** Ms since the epoch; of a position without an entry anything. */
  ms: Float64Array = new Float64Array(INITIAL_CAPACITY)
  readonly #objects = new ObjectsAhead()

  constructor() {
    this.leastSize = this.#objects.leastSize
  }

  set(position: number, ms: number): void {
    if (position >= this.ms.length) this.ms = grownFloat64(this.ms, Math.max(2 * this.ms.length, position + 1))
    this.ms[position] = ms
  }

  touch(entries: EntryList, positions: Int32Array, count: number): number {
    const { ms } = this
    let touched = 0
    for (let at = 0; at < count; at += 1) {
      const position = (positions[at] as number) - 1
      if (position >= 0 && (ms[position] as number) > 0) touched += 1
    }
    return touched + this.#objects.touch(entries, positions, count)
  }
}
