import { selectMetrics, subtasksOf } from '../job-metrics.js'
import { jobIdOf, listOf, subtaskIndexOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Metrics of one subtask. */
export const subtaskMetricsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/metrics',
  async handle(request, { gateway }) {
    const wanted = subtaskIndexOf(request)
    const subtasks = subtasksOf(await gateway.metrics(jobIdOf(request)), vertexIdOf(request))
    const [, metrics] = subtasks.find(([index]) => index === wanted) ?? []
    return { status: 200, body: selectMetrics(metrics ?? {}, listOf(request, 'get')) }
  },
}
