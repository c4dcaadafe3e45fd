import { jobIdOf, triggerIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { checkCheckpointRequest } from '../snapshot-requests.js'

/** Starts a checkpoint outside of the interval. */
export const checkpointTriggerHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/checkpoints',
  handle(request, { gateway, checkpoints }) {
    const jobId = jobIdOf(request)
    checkCheckpointRequest(request)
    const id = checkpoints.trigger(jobId, triggerIdOf(request), () => gateway.triggerCheckpoint(jobId))
    return Promise.resolve({ status: 202, body: { 'request-id': id } })
  },
}
