import { AGGREGATIONS, aggregateMetric, type Aggregation } from '../aggregate-metrics.js'
import { subtasksOf } from '../job-metrics.js'
import { jobIdOf, listOf, unresolvable, vertexIdOf } from '../request-parameters.js'
import type { RestRequest, Route } from '../route.js'

/** Metrics of a vertex over its subtasks: smallest, greatest, sum, average, skew. */
export const aggregatingSubtasksMetricsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/metrics',
  async handle(request, { gateway }) {
    const isWanted = subtaskFilterOf(request)
    const aggregations = aggregationsOf(request)
    const all = subtasksOf(await gateway.metrics(jobIdOf(request)), vertexIdOf(request))
    const subtasks = all.filter(([index]) => isWanted(index)).map(([, metrics]) => metrics)
    const names = listOf(request, 'get')
    if (names.length === 0) {
      const ids = new Set(subtasks.flatMap((metrics) => Object.keys(metrics)))
      return { status: 200, body: [...ids].map((id) => ({ id })) }
    }
    const aggregated = names.map((name) => {
      const values = subtasks.flatMap((metrics) => (Object.hasOwn(metrics, name) ? [metrics[name] ?? ''] : []))
      return aggregateMetric(name, values, aggregations)
    })
    return { status: 200, body: aggregated.filter((metric) => metric !== undefined) }
  },
}

function aggregationsOf(request: RestRequest): readonly Aggregation[] {
  const wanted = listOf(request, 'agg')
  if (wanted.length === 0) return AGGREGATIONS
  return wanted.map((text) => {
    const aggregation = AGGREGATIONS.find((name) => name === text.toLowerCase())
    if (aggregation === undefined) throw unresolvable('query', 'agg', text)
    return aggregation
  })
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
