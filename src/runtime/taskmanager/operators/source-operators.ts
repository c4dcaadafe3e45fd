// Duty: makes the operators without an input.
// Thread: the task worker that owns the task.
import type { SourceSpec } from '../../../api/dag/operators/source-spec.js'
import type { OperatorMakers } from './operator-makers.js'
import { StreamSource } from './stream-source.js'

export const sourceOperators: OperatorMakers<SourceSpec> = {
  'source-function': (binding, context, spec) => new StreamSource(binding, context, spec.function),
}
