import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Counts and history of checkpoints and savepoints. */
export const checkpointingStatisticsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/checkpoints',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.checkpoints(jobIdOf(request)) }
  },
}
