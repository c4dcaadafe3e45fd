// Duty: the time in which records could have come: a clock that stands still while its operator could not have taken any.
// Invariants: it never goes back.
// Thread: the task worker that owns the operator.
import type { Clock } from '../../../core/time/clock.js'

export class ActivityClock {
  readonly #clock: Clock
  #pausedMs = 0
  #pausedSince: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Ms since some moment, less those in which it was paused. */
  activeMs(): number {
    return (this.#pausedSince ?? this.#clock.monotonicMs()) - this.#pausedMs
  }

  /** Again it does nothing. */
  pause(): void {
    this.#pausedSince ??= this.#clock.monotonicMs()
  }

  /** Again it does nothing. */
  resume(): void {
    if (this.#pausedSince === undefined) return
    this.#pausedMs += this.#clock.monotonicMs() - this.#pausedSince
    this.#pausedSince = undefined
  }
}
