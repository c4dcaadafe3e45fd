// Duty: none, one or several results for each record of two streams.
// Invariants: results keep the record's timestamp and leave in the order in which they were collected.
// Thread: the task worker that owns the operator.
import type { CoFlatMapFunction } from '../../../../api/functions/co-flat-map-function.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import type { OperatorContext } from '../stream-operator.js'
import { TwoInputUdfOperator } from './two-input-udf-operator.js'

export class CoStreamFlatMap extends TwoInputUdfOperator {
  readonly #function: CoFlatMapFunction<unknown, unknown, unknown>

  constructor(
    binding: OperatorBinding,
    context: OperatorContext,
    userFunction: CoFlatMapFunction<unknown, unknown, unknown>,
  ) {
    super(binding, context)
    this.#function = userFunction
  }

  protected processElement1(value: unknown): void {
    const result: unknown = this.#function.flatMap1(value, this.collector)
    this.refuseResults(result, 'flatMap1', this.#function)
  }

  protected processElement2(value: unknown): void {
    const result: unknown = this.#function.flatMap2(value, this.collector)
    this.refuseResults(result, 'flatMap2', this.#function)
  }
}
