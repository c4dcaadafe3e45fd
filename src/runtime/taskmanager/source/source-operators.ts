// Duty: makes the operators without an input.
// Thread: the task worker that owns the task.
import type { SourceSpec } from '../../../api/dag/operators/source-spec.js'
import { SourceOperator } from './source-operator.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import { StreamSource } from '../operators/stream-source.js'

export const sourceOperators: OperatorMakers<SourceSpec> = {
  'source-function': (binding, context, spec) => new StreamSource(binding, context, spec.function),
  source: (binding, context, spec) => new SourceOperator(binding, context, spec),
}
