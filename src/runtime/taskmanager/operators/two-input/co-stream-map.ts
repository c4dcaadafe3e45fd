// Duty: one result for each record of two streams.
// Invariants: undefined is a result as any other; the result keeps the record's timestamp.
// Thread: the task worker that owns the operator.
import type { CoMapFunction } from '../../../../api/functions/co-map-function.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import type { OperatorContext } from '../stream-operator.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

export class CoStreamMap extends TwoInputUdfOperator {
  readonly #function: CoMapFunction<unknown, unknown, unknown>

  constructor(
    binding: OperatorBinding,
    context: OperatorContext,
    userFunction: CoMapFunction<unknown, unknown, unknown>,
  ) {
    super(binding, context)
    this.#function = userFunction
  }

  protected processElement1(value: unknown): void {
    const result = this.#function.map1(value)
    this.refusePromise(result, 'map1', this.#function)
    this.collector.collect(result)
  }

  protected processElement2(value: unknown): void {
    const result = this.#function.map2(value)
    this.refusePromise(result, 'map2', this.#function)
    this.collector.collect(result)
  }
}
