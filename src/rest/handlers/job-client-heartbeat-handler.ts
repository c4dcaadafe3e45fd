import { jobIdOf, requiredInteger } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Whoever has submitted a job and waits for it lives: without a word before that time the job is cancelled. */
export const jobClientHeartbeatHandler: Route = {
  method: 'PATCH',
  path: '/jobs/:jobid/clientHeartbeat',
  async handle(request, { gateway }) {
    await gateway.clientHeartbeat(jobIdOf(request), requiredInteger(request, 'expiredTimestamp'))
    return { status: 202, body: {} }
  },
}
