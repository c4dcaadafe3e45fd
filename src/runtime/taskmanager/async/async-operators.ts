// Duty: makes the operators whose functions answer later.
// Thread: the task worker that owns the task.
import type { AsyncSpec } from '../../../api/dag/operators/async-spec.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import { AsyncWaitOperator } from './async-wait-operator.js'

export const asyncOperators: OperatorMakers<AsyncSpec> = {
  'async-wait': (binding, context, spec) => new AsyncWaitOperator(binding, context, spec),
}
