// Duty: makes the operators of joins.
// Thread: the task worker that owns the task.
import type { JoinSpec } from '../../../api/dag/operators/join-spec.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import { coGroupOperator } from './co-group-operators.js'
import { IntervalJoinOperator } from './interval-join-operator.js'

export const joinOperators: OperatorMakers<JoinSpec> = {
  'co-group': coGroupOperator,
  'interval-join': (binding, context, spec) => new IntervalJoinOperator(binding, context, spec),
}
