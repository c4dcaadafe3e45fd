import { FlinkError } from '../../core/errors/flink-error.js'
import { jobIdOf, optionalText, triggerIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Starts a checkpoint outside of the interval. */
export const checkpointTriggerHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/checkpoints',
  handle(request, { gateway, checkpoints }) {
    const jobId = jobIdOf(request)
    const type = optionalText(request, 'checkpointType')?.toUpperCase() ?? 'CONFIGURED'
    if (type !== 'CONFIGURED' && type !== 'FULL') {
      const reason = `checkpointType must be CONFIGURED or FULL, not ${type}`
      throw new FlinkError('CONTROL_REQUEST_INVALID', { reason })
    }
    const id = checkpoints.trigger(jobId, triggerIdOf(request), () => gateway.triggerCheckpoint(jobId))
    return Promise.resolve({ status: 202, body: { 'request-id': id } })
  },
}
