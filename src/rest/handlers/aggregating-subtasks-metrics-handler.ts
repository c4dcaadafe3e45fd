import { aggregatedMetricsOf } from '../aggregate-metrics.js'
import { subtasksOf } from '../job-metrics.js'
import { jobIdOf, listOf, vertexIdOf } from '../request-parameters.js'
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

/** `subtasks=0,2-4`; all where it is absent. What is no such range means no subtask, as in Flink. */
function subtaskFilterOf(request: RestRequest): (index: number) => boolean {
  const wanted = listOf(request, 'subtasks')
  const ranges = wanted.flatMap((text) => {
    const [, first, last = first] = /^(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/.exec(text) ?? []
    return first === undefined ? [] : [{ first: Number(first), last: Number(last) }]
  })
  if (wanted.length === 0) return () => true
  return (index) => ranges.some(({ first, last }) => index >= first && index <= last)
}
