// Duty: makes the operators of one stream, keyed or not.
// Thread: the task worker that owns the task.
import type { OneInputSpec } from '../../../api/dag/operators/one-input-spec.js'
import type { OperatorMakers } from './operator-makers.js'
import { ProcessOperator } from './process-operator.js'
import { StreamFilter } from './stream-filter.js'
import { StreamFlatMap } from './stream-flat-map.js'
import { StreamMap } from './stream-map.js'

export const oneInputOperators: OperatorMakers<OneInputSpec> = {
  map: (binding, context, spec) => new StreamMap(binding, context, spec.function),
  'flat-map': (binding, context, spec) => new StreamFlatMap(binding, context, spec.function),
  filter: (binding, context, spec) => new StreamFilter(binding, context, spec.function),
  process: (binding, context, spec) => new ProcessOperator(binding, context, spec.function),
}
