// Duty: lets pass the records for which the function says true.
// Invariants: any truthy result passes, as JavaScript's filter does; a promise, which is always truthy, is refused.
// Thread: the task worker that owns the operator.
import type { FilterFunction } from '../../../api/functions/filter-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OneInputStreamOperator, OperatorContext } from './stream-operator.js'
import { UdfStreamOperator } from './udf-stream-operator.js'

export class StreamFilter extends UdfStreamOperator implements OneInputStreamOperator {
  readonly #function: FilterFunction<unknown>

  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: FilterFunction<unknown>) {
    super(binding, context)
    this.#function = userFunction
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    let passes: unknown
    try {
      this.setCurrentKey(value, keyHash)
      passes = this.#function.filter(value)
      this.refusePromise(passes, 'filter')
    } catch (error) {
      throw this.failed(error)
    }
    if (passes) this.output.collect(value, timestamp)
  }
}
