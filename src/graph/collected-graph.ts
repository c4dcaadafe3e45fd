import { functionsOf } from '../api/dag/operator-spec.js'
import type { ProgramGraph } from './program-graph.js'

/** True for a job whose results the program takes while it runs (`executeAndCollect`). */
export function isCollected(graph: ProgramGraph): boolean {
  return [...graph.operators.values()].some(({ spec }) =>
    functionsOf(spec).some((each) => 'isCollected' in each && each.isCollected === true),
  )
}
