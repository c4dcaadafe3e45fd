import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The plan of one job. */
export const jobPlanHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/plan',
  async handle(request, { gateway }) {
    return { status: 200, body: { plan: await gateway.plan(jobIdOf(request)) } }
  },
}
