// Duty: lets pass the records for which the function says true.
// Invariants: any truthy result passes, as JavaScript's filter does; a promise, which is always truthy, is refused.
// Thread: the task worker that owns the operator.
import type { FilterFunction } from '../../../api/functions/filter-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { SingleStageOperator } from './single-stage-operator.js'
import type { OperatorContext } from './stream-operator.js'

export class StreamFilter extends SingleStageOperator {
  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: FilterFunction<unknown>) {
    super(binding, context, { kind: 'filter', function: userFunction, method: 'filter' })
  }
}
