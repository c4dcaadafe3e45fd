// Duty: a generator that says that its records are idle when none has come for a while.
// Invariants: it looks in the interval of periodic watermarks, so the interval is how late it may be. The time without a record
// begins with the first look that finds none. Idle, it asks its generator for no watermark; the next watermark makes the
// output active.
// Thread: the task worker that owns the operator.
import type { WatermarkGenerator } from '../../../api/eventtime/watermark-generator.js'
import type { WatermarkOutput } from '../../../api/eventtime/watermark-output.js'
import type { ActivityClock } from './activity-clock.js'

export class WatermarksWithIdleness implements WatermarkGenerator<unknown> {
  readonly #generator: WatermarkGenerator<unknown>
  readonly #idlenessMs: number
  readonly #clock: ActivityClock
  #hasEvent = false
  /** When a look found no record for the first time since the last one. */
  #withoutEventSince: number | undefined
  #isIdle = false

  constructor(generator: WatermarkGenerator<unknown>, idlenessMs: number, clock: ActivityClock) {
    this.#generator = generator
    this.#idlenessMs = idlenessMs
    this.#clock = clock
  }

  onEvent(event: unknown, timestampMs: number, output: WatermarkOutput): void {
    this.#hasEvent = true
    this.#isIdle = false
    return this.#generator.onEvent(event, timestampMs, output)
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    if (!this.#isWithoutEvents()) return this.#generator.onPeriodicEmit(output)
    if (this.#isIdle) return
    this.#isIdle = true
    output.markIdle()
  }

  #isWithoutEvents(): boolean {
    const now = this.#clock.activeMs()
    if (this.#hasEvent) {
      this.#hasEvent = false
      this.#withoutEventSince = undefined
      return false
    }
    this.#withoutEventSince ??= now
    return now - this.#withoutEventSince > this.#idlenessMs
  }
}
