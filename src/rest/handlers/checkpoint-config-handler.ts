import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** When and how checkpoints of a job are taken. */
export const checkpointConfigHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/checkpoints/config',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.checkpointConfig(jobIdOf(request)) }
  },
}
