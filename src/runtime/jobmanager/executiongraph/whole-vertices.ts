// Duty: which vertices restart as a whole, told by the subtasks that restart.
// Invariants: a vertex is named only where all of its subtasks are among them, each once.
// Thread: main thread.
import type { JobVertex } from '../../../graph/job-graph.js'
import type { Execution } from './execution.js'

/** Ids of the vertices of which these are all subtasks: what is made for all of a vertex goes, and comes, with them. */
export function wholeVertices(executions: Iterable<Execution>): ReadonlySet<string> {
  const counts = new Map<JobVertex, number>()
  for (const { vertex } of executions) counts.set(vertex, (counts.get(vertex) ?? 0) + 1)
  return new Set([...counts].flatMap(([{ id, parallelism }, count]) => (count === parallelism ? [id] : [])))
}
