// Duty: makes the operators of windows.
// Thread: the task worker that owns the task.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import { EvictingWindowOperator } from './evicting-window-operator.js'
import { WindowOperator } from './window-operator.js'

export const windowOperators: OperatorMakers<WindowSpec> = {
  window: (binding, context, spec) =>
    spec.evictor === undefined
      ? new WindowOperator(binding, context, spec)
      : new EvictingWindowOperator(binding, context, { spec, evictor: spec.evictor }),
}
