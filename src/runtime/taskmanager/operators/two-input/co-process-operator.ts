// Duty: runs a CoProcessFunction of two streams that are not both keyed.
// Invariants: one context object serves all records; it is about the record at hand and valid during the call only. It knows the
// time, and has no timers.
// Thread: the task worker that owns the operator.
import type { CoProcessFunction } from '../../../../api/functions/co-process-function.js'
import type { ProcessFunctionContext } from '../../../../api/functions/process-function.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { NonKeyedTimerService } from '../../timers/non-keyed-timer-service.js'
import { processContext } from '../process-operator.js'
import type { OperatorContext } from '../stream-operator.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

type AnyCoProcessFunction = CoProcessFunction<unknown, unknown, unknown>

export class CoProcessOperator extends TwoInputUdfOperator {
  readonly #function: AnyCoProcessFunction
  readonly #timers: NonKeyedTimerService
  readonly #functionContext: ProcessFunctionContext

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: AnyCoProcessFunction) {
    super(binding, context)
    this.#function = userFunction
    this.#timers = new NonKeyedTimerService(binding.name, context.processingTime)
    this.#functionContext = processContext(this.collector, context, () => this.#timers)
  }

  protected override advanceWatermark(timestamp: number): boolean {
    this.#timers.watermark = timestamp
    return super.advanceWatermark(timestamp)
  }

  protected processElement1(value: unknown): void {
    const result: unknown = this.#function.processElement1(value, this.#functionContext, this.collector)
    this.refuseResults(result, 'processElement1', this.#function)
  }

  protected processElement2(value: unknown): void {
    const result: unknown = this.#function.processElement2(value, this.#functionContext, this.collector)
    this.refuseResults(result, 'processElement2', this.#function)
  }
}
