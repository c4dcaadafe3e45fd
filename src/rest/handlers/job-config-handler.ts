import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The configuration that a job runs with; secrets are masked. */
export const jobConfigHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/config',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.config(jobIdOf(request)) }
  },
}
