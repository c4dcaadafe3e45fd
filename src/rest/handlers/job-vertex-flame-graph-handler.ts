import { jobIdOf, unresolvable, vertexIdOf } from '../request-parameters.js'
import type { RestRequest, Route } from '../route.js'
import {
  DISABLED,
  ENDED,
  FLAME_GRAPH_TYPES,
  flameGraphOf,
  WAITING,
  type FlameGraphType,
} from '../vertices/flame-graph.js'
import { hasEnded, subtaskOf } from '../vertices/vertex-report.js'

/** What the tasks of a vertex do, as a tree of their functions. */
export const jobVertexFlameGraphHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/flamegraph',
  async handle(request, { gateway }) {
    const [jobId, vertexId] = [jobIdOf(request), vertexIdOf(request)]
    const [type, subtask] = [typeOf(request), subtaskAskedFor(request)]
    const vertex = await gateway.vertex(jobId, vertexId)
    const asked = subtask === undefined ? vertex.subtasks : [subtaskOf(vertex, subtask)]
    const stacks = await gateway.stacks(jobId, vertexId)
    if (stacks === 'disabled') return { status: 200, body: DISABLED }
    if (asked.every(({ current }) => hasEnded(current))) return { status: 200, body: ENDED }
    return { status: 200, body: stacks === undefined ? WAITING : flameGraphOf(stacks, { type, subtask }) }
  },
}

function typeOf({ query }: RestRequest): FlameGraphType {
  const text = query['type'] ?? ''
  if (text === '') return 'FULL'
  const type = FLAME_GRAPH_TYPES.find((each) => each === text.toUpperCase())
  if (type === undefined) throw unresolvable('query', 'type', text)
  return type
}

/** Undefined: all. */
function subtaskAskedFor({ query }: RestRequest): number | undefined {
  const text = query['subtaskindex'] ?? ''
  if (text === '') return undefined
  if (!/^\d{1,9}$/.test(text)) throw unresolvable('query', 'subtaskindex', text)
  return Number(text)
}
