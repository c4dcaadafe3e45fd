import { orServerError } from '../error-answer.js'
import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The state of one job. */
export const jobStatusHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/status',
  handle(request, { gateway }) {
    return orServerError(async () => ({ status: 200, body: { status: await gateway.status(jobIdOf(request)) } }))
  },
}
