import type { ProcessingTimeService } from '../../../../src/api/operators/processing-time-service.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'

const START_MS = Date.UTC(2026, 10, 30, 7, 5)

/** Timers of a sink that a test drives: they run when it turns the hands, one after the other, each to its end. */
export class DrivenTimers {
  readonly clock: ManualClock
  readonly service: ProcessingTimeService
  readonly #running: Promise<void>[] = []

  constructor(clock = new ManualClock(START_MS)) {
    this.clock = clock
    this.service = {
      getCurrentProcessingTime: () => clock.now(),
      registerTimer: (atMs, target: (atMs: number) => void | Promise<void>) =>
        clock.setTimer(atMs - clock.now(), () => {
          this.#running.push(Promise.resolve(target(atMs)))
        }),
    }
  }

  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms
    for (let at = this.clock.nextTimerAt(); at !== undefined && at <= end; at = this.clock.nextTimerAt()) {
      this.clock.runNext()
      await Promise.all(this.#running.splice(0))
    }
    this.clock.advance(end - this.clock.now())
  }
}
