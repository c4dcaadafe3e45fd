import { aggregatedMetricsOf } from '../aggregate-metrics.js'
import { subtasksOf } from '../job-metrics.js'
import { jobIdOf, listOf, unresolvable, vertexIdOf } from '../request-parameters.js'
import type { RestRequest, Route } from '../route.js'

/** Metrics of a vertex over its subtasks: smallest, greatest, sum, average, skew. */
export const aggregatingSubtasksMetricsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/metrics',
  async handle(request, { gateway }) {
    const isWanted = subtaskFilterOf(request)
    const all = subtasksOf(await gateway.metrics(jobIdOf(request)), vertexIdOf(request))
    const subtasks = all.filter(([index]) => isWanted(index)).map(([, metrics]) => metrics)
    return { status: 200, body: aggregatedMetricsOf(subtasks, request) }
  },
}

/** `subtasks=0,2-4`; all where it is absent. */
function subtaskFilterOf(request: RestRequest): (index: number) => boolean {
  const ranges = listOf(request, 'subtasks').map((text) => {
    const [, first, last = first] = /^(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/.exec(text) ?? []
    if (first === undefined) throw unresolvable('query', 'subtasks', text)
    return { first: Number(first), last: Number(last) }
  })
  if (ranges.length === 0) return () => true
  return (index) => ranges.some(({ first, last }) => index >= first && index <= last)
}
