import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** In what the job's master runs. */
export const jobManagerJobEnvironmentHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/jobmanager/environment',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.environment(jobIdOf(request)) }
  },
}
