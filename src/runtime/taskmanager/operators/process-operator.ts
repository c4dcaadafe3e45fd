// Duty: runs a ProcessFunction on a stream without keys: results, side outputs, the record's timestamp, the time.
// Invariants: one context object serves all records; it is about the record at hand and valid during the call only.
// Thread: the task worker that owns the operator.
import type { OutputTag } from '../../../api/functions/output-tag.js'
import type { ProcessFunction, ProcessFunctionContext } from '../../../api/functions/process-function.js'
import type { TimerService } from '../../../api/functions/timer-service.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { NonKeyedTimerService } from '../timers/non-keyed-timer-service.js'
import { tagIdOf } from './side-output-tag.js'
import type { OperatorContext } from './stream-operator.js'
import { TimestampedCollector } from './timestamped-collector.js'
import { OneInputUdfOperator } from './one-input-udf-operator.js'

export class ProcessOperator extends OneInputUdfOperator {
  readonly #function: ProcessFunction<unknown, unknown>
  readonly #collector: TimestampedCollector
  readonly #timers: NonKeyedTimerService
  readonly #functionContext: ProcessFunctionContext

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: ProcessFunction<unknown, unknown>) {
    super(binding, context)
    this.#function = userFunction
    this.#collector = new TimestampedCollector(context.output)
    this.#timers = new NonKeyedTimerService(binding.name, context.processingTime)
    this.#functionContext = processContext(this.#collector, context, () => this.#timers)
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    this.#collector.timestamp = timestamp
    try {
      this.setCurrentKey(value, keyHash)
      const result: unknown = this.#function.processElement(value, this.#functionContext, this.#collector)
      this.refuseResults(result, 'processElement', this.#function)
    } catch (error) {
      throw this.failed(error)
    }
  }

  override processWatermark(timestamp: number): boolean {
    this.#timers.watermark = timestamp
    return super.processWatermark(timestamp)
  }
}

/** The context of a process function; the collector knows the timestamp of the record at hand. */
export function processContext(
  collector: TimestampedCollector,
  context: OperatorContext,
  timerService: () => TimerService,
): ProcessFunctionContext {
  return { ...recordContext(collector, context), timerService }
}

/** What a context says of the record at hand. */
export function recordContext(
  collector: TimestampedCollector,
  context: OperatorContext,
): Pick<ProcessFunctionContext, 'timestamp' | 'output'> {
  return {
    timestamp: () => {
      if (collector.timestamp !== NO_TIMESTAMP) return collector.timestamp
      collector.hasGivenNull = true
      return null
    },
    output: <X>(outputTag: OutputTag<X>, value: X): void => {
      context.output.collectSideOutput(tagIdOf(outputTag), value, collector.timestamp)
    },
  }
}
