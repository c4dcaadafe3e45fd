// Duty: runs a function on a keyed stream, a KeyedProcessFunction or a ProcessFunction: as ProcessOperator, with the current
// key and with timers.
// Invariants: as ProcessOperator's; the key is the backend's current one. What a timer of event time emits has its timestamp,
// that of a timer of processing time has none.
// Thread: the task worker that owns the operator.
import type { OutputTag } from '../../../api/functions/output-tag.js'
import type {
  KeyedProcessFunction,
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
} from '../../../api/functions/process-function.js'
import { TimeDomain } from '../../../api/functions/time-domain.js'
import type { TimerService } from '../../../api/functions/timer-service.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { VOID_NAMESPACES } from '../state/namespace-type.js'
import type { InternalTimer, Triggerable } from '../timers/internal-timer-service.js'
import { SimpleTimerService } from '../timers/simple-timer-service.js'
import { processContext } from './process-operator.js'
import type { OperatorContext } from './stream-operator.js'
import { TimestampedCollector } from './timestamped-collector.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'

type AnyKeyedProcessFunction = KeyedProcessFunction<unknown, unknown, unknown>

/** Flink's name of the timers that functions set. */
const USER_TIMERS = 'user-timers'

export class KeyedProcessOperator extends OneInputUdfOperator implements Triggerable<undefined> {
  readonly #function: AnyKeyedProcessFunction
  readonly #collector: TimestampedCollector
  readonly #functionContext: KeyedProcessFunctionContext<unknown>
  readonly #onTimerContext: KeyedProcessFunctionOnTimerContext<unknown>
  #timers: TimerService | undefined
  /** Of the timer that fires. */
  #timestamp = NO_TIMESTAMP
  #timeDomain: TimeDomain = TimeDomain.EVENT_TIME

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: AnyKeyedProcessFunction) {
    super(binding, context)
    this.#function = userFunction
    this.#collector = new TimestampedCollector(context.output)
    this.#functionContext = {
      ...processContext(this.#collector, context, () => this.#timerService()),
      getCurrentKey: () => this.keyedBackend?.currentKey(),
    }
    this.#onTimerContext = {
      ...this.#functionContext,
      timestamp: () => this.#timestamp,
      timeDomain: () => this.#timeDomain,
      output: <X>(outputTag: OutputTag<X>, value: X): void => {
        context.output.collectSideOutput(outputTag.getId(), value, this.#timestamp)
      },
    }
  }

  override async open(): Promise<void> {
    this.#timers = new SimpleTimerService(this.getInternalTimerService(USER_TIMERS, VOID_NAMESPACES, this))
    await super.open()
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#collector.timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      const result: unknown = this.#function.processElement(value, this.#functionContext, this.#collector)
      this.refusePromise(result, 'processElement', this.#function)
    } catch (error) {
      throw this.failed(error)
    }
  }

  onEventTime(timer: InternalTimer<undefined>): void {
    this.#collector.timestamp = timer.timestamp
    this.#onTimer(timer, TimeDomain.EVENT_TIME)
  }

  onProcessingTime(timer: InternalTimer<undefined>): void {
    this.#collector.timestamp = NO_TIMESTAMP
    this.#onTimer(timer, TimeDomain.PROCESSING_TIME)
  }

  #onTimer(timer: InternalTimer<undefined>, timeDomain: TimeDomain): void {
    this.#timestamp = timer.timestamp
    this.#timeDomain = timeDomain
    const result: unknown = this.#function.onTimer?.(timer.timestamp, this.#onTimerContext, this.#collector)
    this.refusePromise(result, 'onTimer', this.#function)
  }

  #timerService(): TimerService {
    if (this.#timers !== undefined) return this.#timers
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} has no timers before it is open` })
  }
}
