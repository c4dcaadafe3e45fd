// Duty: makes the operators that only a keyed stream has.
// Thread: the task worker that owns the task.
import type { KeyedSpec } from '../../../api/dag/operators/keyed-spec.js'
import { KeyedProcessOperator } from './keyed-process-operator.js'
import type { OperatorMakers } from './operator-makers.js'
import { StreamGroupedReduceOperator } from './stream-grouped-reduce-operator.js'

export const keyedOperators: OperatorMakers<KeyedSpec> = {
  'keyed-process': (binding, context, spec) => new KeyedProcessOperator(binding, context, spec.function),
  reduce: (binding, context, spec) => new StreamGroupedReduceOperator(binding, context, spec.function),
}
