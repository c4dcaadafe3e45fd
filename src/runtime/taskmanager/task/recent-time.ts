// Duty: the time of the clock for what looks at it with each record: while input is processed one reading is for a few records.
// Invariants: for others than records, and with a clock that somebody turns, each reading is of its moment. Nothing is kept from one
// call of the input to the next. Records that take their time have readings of their own, from the second one on.
// Thread: the task's worker.
import type { Clock } from '../../../core/time/clock.js'

/** To read the clock takes 50 ns, half of what a count takes: of a 16th of that nothing is left to save. */
const MOST_RECORDS = 16
/** Between two readings: whatever takes longer is looked at more often. */
const SHORT_MS = 1

export class RecentTime {
  readonly #clock: Clock
  readonly #goesOnByItself: boolean
  #isInInput = false
  /** Records that one reading is for, as things stand. */
  #records = 1
  /** How often the reading may be given out again. */
  #left = 0
  #ms = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#goesOnByItself = clock.goesOnByItself === true
  }

  /** Epoch ms. */
  now(): number {
    if (this.#left === 0) return this.#read()
    this.#left -= 1
    return this.#ms
  }

  inputBegins(): void {
    this.#isInInput = this.#goesOnByItself
    this.#left = 0
  }

  inputEnds(): void {
    this.#isInInput = false
    this.#left = 0
  }

  #read(): number {
    const nowMs = this.#clock.now()
    if (this.#isInInput) {
      this.#records = Math.abs(nowMs - this.#ms) > SHORT_MS ? 1 : Math.min(2 * this.#records, MOST_RECORDS)
      this.#left = this.#records - 1
    }
    this.#ms = nowMs
    return nowMs
  }
}
