import { functionsOf } from '../api/dag/operator-spec.js'
import type { ProgramGraph } from './program-graph.js'

/** Names of the sources that cannot read again what they had read when a job failed, in the order of the plan. */
export function atMostOnceSources(graph: ProgramGraph): string[] {
  const operators = graph.jobGraph.vertices.flatMap((vertex) => vertex.operators)
  return operators
    .filter(({ id }) => {
      const binding = graph.operators.get(id)
      const functions = binding === undefined ? [] : functionsOf(binding.spec)
      return functions.some((each) => 'isAtMostOnce' in each && each.isAtMostOnce === true)
    })
    .map(({ name }) => name)
}
