// Duty: runs a KeyedCoProcessFunction, or a CoProcessFunction of two keyed streams: as CoProcessOperator, with the current key.
// Invariants: as CoProcessOperator's; the key is the backend's current one.
// Thread: the task worker that owns the operator.
import type { KeyedCoProcessFunction } from '../../../../api/functions/co-process-function.js'
import type { KeyedProcessFunctionContext } from '../../../../api/functions/process-function.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import { processContext } from '../process-operator.js'
import type { OperatorContext } from '../stream-operator.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

type AnyKeyedCoProcessFunction = KeyedCoProcessFunction<unknown, unknown, unknown, unknown>

export class KeyedCoProcessOperator extends TwoInputUdfOperator {
  readonly #function: AnyKeyedCoProcessFunction
  readonly #functionContext: KeyedProcessFunctionContext<unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: AnyKeyedCoProcessFunction) {
    super(binding, context)
    this.#function = userFunction
    this.#functionContext = {
      ...processContext(this.collector, context),
      getCurrentKey: () => this.keyedBackend?.currentKey(),
    }
  }

  protected processElement1(value: unknown): void {
    const result: unknown = this.#function.processElement1(value, this.#functionContext, this.collector)
    this.refusePromise(result, 'processElement1', this.#function)
  }

  protected processElement2(value: unknown): void {
    const result: unknown = this.#function.processElement2(value, this.#functionContext, this.collector)
    this.refusePromise(result, 'processElement2', this.#function)
  }
}
