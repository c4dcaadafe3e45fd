import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The state of one job. */
export const jobStatusHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/status',
  async handle(request, { gateway }) {
    return { status: 200, body: { status: await gateway.status(jobIdOf(request)) } }
  },
}
