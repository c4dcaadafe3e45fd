// Duty: does something of an operator in an interval of the clock, between two records.
// Invariants: the next time is an interval after the last one was done. Nothing is done before `start` or after `stop`.
// Thread: the task worker that owns the task.
import type { TimerHandle } from '../../../core/time/clock.js'
import type { ProcessingTimeService } from './processing-time-service.js'

export class PeriodicTimer {
  readonly #service: ProcessingTimeService
  readonly #intervalMs: number
  readonly #action: () => void
  #handle: TimerHandle | undefined

  constructor(service: ProcessingTimeService, intervalMs: number, action: () => void) {
    this.#service = service
    this.#intervalMs = intervalMs
    this.#action = action
  }

  start(): void {
    const at = this.#service.currentProcessingTime() + this.#intervalMs
    this.#handle = this.#service.registerTimer(at, () => {
      this.#action()
      if (this.#handle !== undefined) this.start()
      return true
    })
  }

  /** May be called again. */
  stop(): void {
    this.#handle?.cancel()
    this.#handle = undefined
  }
}
