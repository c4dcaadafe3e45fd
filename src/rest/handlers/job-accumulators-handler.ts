import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What the functions of a job accumulated. */
export const jobAccumulatorsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/accumulators',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.accumulators(jobIdOf(request)) }
  },
}
