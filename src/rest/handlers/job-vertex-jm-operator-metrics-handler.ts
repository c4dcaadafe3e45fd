import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Metrics of operator coordinators: those of this engine have none. */
export const jobVertexJmOperatorMetricsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/jm-operator-metrics',
  handle(request) {
    jobIdOf(request)
    vertexIdOf(request)
    return Promise.resolve({ status: 200, body: [] })
  },
}
