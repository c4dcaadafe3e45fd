import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What went wrong in a job so far, the newest first. */
export const jobExceptionsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/exceptions',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.exceptions(jobIdOf(request)) }
  },
}
