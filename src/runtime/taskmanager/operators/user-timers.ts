// Duty: the timers that functions set, and the call of their onTimer when one is due.
// Invariants: what a timer of event time emits has its timestamp, that of a timer of processing time has none; a side output is
// given the timer's timestamp in both.
// Thread: the task worker that owns the operator.
import type { OutputTag } from '../../../api/functions/output-tag.js'
import type { ProcessFunctionOnTimerContext } from '../../../api/functions/process-function.js'
import { TimeDomain } from '../../../api/functions/time-domain.js'
import type { TimerService } from '../../../api/functions/timer-service.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { InternalTimer, InternalTimerService, Triggerable } from '../timers/internal-timer-service.js'
import { SimpleTimerService } from '../timers/simple-timer-service.js'
import type { Output } from './output.js'
import { tagIdOf } from './side-output-tag.js'
import type { TimestampedCollector } from './timestamped-collector.js'

/** Flink's name of the timers that functions set. */
export const USER_TIMERS = 'user-timers'

/** What the context of onTimer says of the timer, where that of a record speaks of the record. */
export type TimerContext = Pick<ProcessFunctionOnTimerContext, 'timestamp' | 'timeDomain' | 'output'>

export interface UserTimersInput {
  readonly operatorName: string
  readonly output: Output
  readonly collector: TimestampedCollector
  readonly onTimer: (timestamp: number) => void
}

/** A timer that is less than this from 1970, of a record without a timestamp, is null plus a duration. */
const NEAR_ZERO_MS = 366 * 86_400_000

/** Where the function took null for a timestamp, the timer would lie in 1970, and fire at once or never. */
class RecordTimerService extends SimpleTimerService {
  readonly #input: UserTimersInput

  constructor(timers: InternalTimerService<undefined>, input: UserTimersInput) {
    super(timers)
    this.#input = input
  }

  override registerEventTimeTimer(timestampMs: number): void {
    const { collector, operatorName: operator } = this.#input
    if (collector.hasGivenNull && collector.timestamp === NO_TIMESTAMP && Math.abs(timestampMs) < NEAR_ZERO_MS) {
      const given = `${String(timestampMs)}, for a record without a timestamp,`
      throw new FlinkError('TIMER_TIMESTAMP_INVALID', { operator, given })
    }
    super.registerEventTimeTimer(timestampMs)
  }
}

export class UserTimers implements Triggerable<undefined> {
  readonly context: TimerContext
  readonly #input: UserTimersInput
  readonly #collector: TimestampedCollector
  #service: TimerService | undefined
  /** Of the timer that fires. */
  #timestamp = NO_TIMESTAMP
  #timeDomain: TimeDomain = TimeDomain.EVENT_TIME

  constructor(input: UserTimersInput) {
    this.#input = input
    this.#collector = input.collector
    this.context = {
      timestamp: () => this.#timestamp,
      timeDomain: () => this.#timeDomain,
      output: <X>(outputTag: OutputTag<X>, value: X): void => {
        input.output.collectSideOutput(tagIdOf(outputTag), value, this.#timestamp)
      },
    }
  }

  /** With the operator's service, whose Triggerable this is. */
  open(timers: InternalTimerService<undefined>): void {
    this.#service = new RecordTimerService(timers, this.#input)
  }

  get service(): TimerService {
    if (this.#service !== undefined) return this.#service
    const what = `${this.#input.operatorName} has no timers before it is open`
    throw new FlinkError('ASSERTION_FAILED', { what })
  }

  onEventTime(timer: InternalTimer<undefined>): void {
    this.#collector.timestamp = timer.timestamp
    this.#fire(timer, TimeDomain.EVENT_TIME)
  }

  onProcessingTime(timer: InternalTimer<undefined>): void {
    this.#collector.timestamp = NO_TIMESTAMP
    this.#fire(timer, TimeDomain.PROCESSING_TIME)
  }

  #fire(timer: InternalTimer<undefined>, timeDomain: TimeDomain): void {
    this.#timestamp = timer.timestamp
    this.#timeDomain = timeDomain
    this.#input.onTimer(timer.timestamp)
  }
}
