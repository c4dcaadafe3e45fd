// Duty: makes the operators of two streams, keyed or not.
// Thread: the task worker that owns the task.
import type { TwoInputSpec } from '../../../api/dag/operators/two-input-spec.js'
import type { OperatorMakers } from './operator-makers.js'
import { CoBroadcastWithKeyedOperator } from './two-input/co-broadcast-with-keyed-operator.js'
import { CoBroadcastWithNonKeyedOperator } from './two-input/co-broadcast-with-non-keyed-operator.js'
import { CoProcessOperator } from './two-input/co-process-operator.js'
import { CoStreamFlatMap } from './two-input/co-stream-flat-map.js'
import { CoStreamMap } from './two-input/co-stream-map.js'
import { KeyedCoProcessOperator } from './two-input/keyed-co-process-operator.js'

export const twoInputOperators: OperatorMakers<TwoInputSpec> = {
  'co-map': (binding, context, spec) => new CoStreamMap(binding, context, spec.function),
  'co-flat-map': (binding, context, spec) => new CoStreamFlatMap(binding, context, spec.function),
  'co-process': (binding, context, spec) => new CoProcessOperator(binding, context, spec.function),
  'keyed-co-process': (binding, context, spec) => new KeyedCoProcessOperator(binding, context, spec.function),
  'broadcast-process': (binding, context, spec) => new CoBroadcastWithNonKeyedOperator(binding, context, spec),
  'keyed-broadcast-process': (binding, context, spec) => new CoBroadcastWithKeyedOperator(binding, context, spec),
}
