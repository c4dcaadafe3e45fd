import { selectMetrics, subtasksOf } from '../job-metrics.js'
import { jobIdOf, listOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Metrics of all subtasks of a vertex, `<subtask>.<metric>`. */
export const jobVertexMetricsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/metrics',
  async handle(request, { gateway }) {
    const subtasks = subtasksOf(await gateway.metrics(jobIdOf(request)), vertexIdOf(request))
    const entries = subtasks.flatMap(([index, metrics]) =>
      Object.entries(metrics).map(([name, value]) => [`${String(index)}.${name}`, value] as const),
    )
    return { status: 200, body: selectMetrics(Object.fromEntries(entries), listOf(request, 'get')) }
  },
}
