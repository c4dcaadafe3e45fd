import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** A session gives a job the slots that it waits for; this engine's own. Also where it has them already. */
export const slotGrantHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/slots',
  isLocal: true,
  async handle(request, { gateway }) {
    await gateway.grantSlots(jobIdOf(request))
    return { status: 202, body: {} }
  },
}
