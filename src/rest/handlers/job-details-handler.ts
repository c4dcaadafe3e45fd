import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** State, vertices and plan of one job. */
export const jobDetailsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.details(jobIdOf(request)) }
  },
}
