import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** How a job was started: this engine's own, for whoever is to start its program again. Secrets are in it, as they are needed. */
export const jobStartHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/start',
  isLocal: true,
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.startOf(jobIdOf(request)) }
  },
}
