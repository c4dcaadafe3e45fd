import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** How a job ended, or that it has not. */
export const jobExecutionResultHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/execution-result',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.executionResult(jobIdOf(request)) }
  },
}
