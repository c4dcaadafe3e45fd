import { selectMetrics } from '../job-metrics.js'
import { jobIdOf, listOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Metrics of a job as a whole: times, restarts, checkpoints. */
export const jobMetricsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/metrics',
  async handle(request, { gateway }) {
    const metrics = await gateway.metrics(jobIdOf(request))
    return { status: 200, body: selectMetrics(metrics?.job ?? {}, listOf(request, 'get')) }
  },
}
