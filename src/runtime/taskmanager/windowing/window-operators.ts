// Duty: makes the operators of windows.
// Thread: the task worker that owns the task.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { EvictingWindowOperator } from './evicting-window-operator.js'
import { anyContentsFold, contentsFold } from './contents-fold.js'
import { PaneWindowOperator, type PaneParts } from './pane-window-operator.js'
import { SessionWindowOperator } from './session-window-operator.js'
import { WindowOperator } from './window-operator.js'

export const windowOperators: OperatorMakers<WindowSpec> = {
  window: (binding, context, spec) => {
    const { evictor } = spec
    if (evictor !== undefined) return new EvictingWindowOperator(binding, context, { spec, evictor })
    if (areSessionsThatFireOnce(spec)) {
      const fold = anyContentsFold(spec, binding.name, context.registeredTypes)
      return new SessionWindowOperator(binding, context, { spec, fold })
    }
    const panes = paneParts(binding, context, spec)
    return panes === undefined
      ? new WindowOperator(binding, context, spec)
      : new PaneWindowOperator(binding, context, panes)
  },
}

function areSessionsThatFireOnce({ assigner, known, allowedLatenessMs }: WindowSpec): boolean {
  return known.mergesTouching && known.firesAtEnd && allowedLatenessMs === 0 && assigner.isEventTime()
}

/** Undefined where windows have nothing to share, or their functions allow no sharing. */
function paneParts({ name }: OperatorBinding, context: OperatorContext, spec: WindowSpec): PaneParts | undefined {
  const { slides, firesAtEnd } = spec.known
  if (slides === undefined || !firesAtEnd || spec.contents.kind === 'list') return undefined
  if (spec.contents.kind === 'reducing' && spec.contents.isOrderSensitive) return undefined
  const fold = contentsFold(spec, name, context.registeredTypes)
  if (fold === undefined) return undefined
  const sharing = context.configuration.get(PipelineOptions.SHARE_WINDOW_PANES) ? 'untried' : 'apart'
  return { spec, slides, fold, sharing }
}
