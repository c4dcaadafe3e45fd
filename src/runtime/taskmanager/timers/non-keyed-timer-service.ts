// Duty: the TimerService of functions without a key: it knows the time, and has no timers.
// Invariants: the operator says what its watermark is.
// Thread: the task worker that owns the operator.
import type { TimerService } from '../../../api/functions/timer-service.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'

export class NonKeyedTimerService implements TimerService {
  watermark: number = NO_TIMESTAMP
  readonly #operatorName: string
  readonly #clock: { currentProcessingTime(): number }

  constructor(operatorName: string, clock: { currentProcessingTime(): number }) {
    this.#operatorName = operatorName
    this.#clock = clock
  }

  currentProcessingTime(): number {
    return this.#clock.currentProcessingTime()
  }

  currentWatermark(): number {
    return this.watermark
  }

  registerProcessingTimeTimer(): never {
    return this.#refuse()
  }

  registerEventTimeTimer(): never {
    return this.#refuse()
  }

  deleteProcessingTimeTimer(): never {
    return this.#refuse()
  }

  deleteEventTimeTimer(): never {
    return this.#refuse()
  }

  #refuse(): never {
    throw new FlinkError('TIMERS_ON_NON_KEYED_STREAM', { operator: this.#operatorName })
  }
}
