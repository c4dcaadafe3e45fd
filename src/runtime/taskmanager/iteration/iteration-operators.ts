// Duty: makes the two ends of a loop's way back.
// Thread: the task worker that owns the task.
import type { IterationSpec } from '../../../api/dag/operators/iteration-spec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { IterationAccess } from '../operators/iteration-access.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { IterationHead } from './iteration-head.js'
import { IterationTail } from './iteration-tail.js'

export const iterationOperators: OperatorMakers<IterationSpec> = {
  'iteration-head': (binding, context, spec) => new IterationHead(binding, context, spec, accessOf(context)),
  'iteration-tail': (binding, context, { loop, tail }) =>
    new IterationTail(binding, context, accessOf(context).outputOf(loop, tail)),
}

function accessOf({ iteration }: OperatorContext): IterationAccess {
  if (iteration !== undefined) return iteration
  throw new FlinkError('ASSERTION_FAILED', { what: 'an end of a loop was made outside of a task' })
}
