// Duty: ends a drain whose records take long, so that the task comes to look for barriers that have overtaken them.
// Invariants: a drain always gets some records on. Only where barriers may overtake.
// Figures: with a function that blocks for 10 ms a record a checkpoint took 6.3 s, as a batch has up to 256 of them. To read the clock
// takes 50 ns, here for every eighth record.
// Thread: the task's worker.
import type { Clock } from '../../../core/time/clock.js'

const RECORDS_BETWEEN = 8
const MOST_MS = 10

export class DrainLimit {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #left = RECORDS_BETWEEN
  #endsAtMs = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  begin(): void {
    this.#left = RECORDS_BETWEEN
    this.#endsAtMs = this.#clock.monotonicMs() + MOST_MS
  }

  /** Asked before each record. */
  isOver(): boolean {
    this.#left -= 1
    if (this.#left > 0) return false
    this.#left = RECORDS_BETWEEN
    return this.#clock.monotonicMs() >= this.#endsAtMs
  }
}
