import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Where event time stands in a job, and who holds it back: this engine's own. */
export const jobWatermarksHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/watermarks',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.watermarks(jobIdOf(request)) }
  },
}
