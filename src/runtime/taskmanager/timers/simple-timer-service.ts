// Duty: the TimerService that functions on a keyed stream are given.
// Thread: the task worker that owns the operator.
import type { TimerService } from '../../../api/functions/timer-service.js'
import { VOID_NAMESPACE } from '../state/namespace-type.js'
import type { InternalTimerService } from './internal-timer-service.js'

export class SimpleTimerService implements TimerService {
  readonly #timers: InternalTimerService<undefined>

  constructor(timers: InternalTimerService<undefined>) {
    this.#timers = timers
  }

  currentProcessingTime(): number {
    return this.#timers.currentProcessingTime()
  }

  currentWatermark(): number {
    return this.#timers.currentWatermark()
  }

  registerProcessingTimeTimer(timestampMs: number): void {
    this.#timers.registerProcessingTimeTimer(VOID_NAMESPACE, timestampMs)
  }

  registerEventTimeTimer(timestampMs: number): void {
    this.#timers.registerEventTimeTimer(VOID_NAMESPACE, timestampMs)
  }

  deleteProcessingTimeTimer(timestampMs: number): void {
    this.#timers.deleteProcessingTimeTimer(VOID_NAMESPACE, timestampMs)
  }

  deleteEventTimeTimer(timestampMs: number): void {
    this.#timers.deleteEventTimeTimer(VOID_NAMESPACE, timestampMs)
  }
}
