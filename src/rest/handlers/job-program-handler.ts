import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What became of the main that submitted the job: this engine's own. A client that waits for the job asks once that has ended. */
export const jobProgramHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/program',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.program(jobIdOf(request)) }
  },
}
