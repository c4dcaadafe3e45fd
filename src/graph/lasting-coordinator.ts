import { SOURCE_COORDINATOR } from '../api/dag/operators/source-spec.js'
import type { ChainedOperator } from './job-graph.js'

/** Whether the operator's coordinator can be told that one subtask begins anew: then it lives on with the others. */
export function hasLastingCoordinator({ coordinator }: Pick<ChainedOperator, 'coordinator'>): boolean {
  return coordinator === SOURCE_COORDINATOR
}
