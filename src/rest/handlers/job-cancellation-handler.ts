import { FlinkError } from '../../core/errors/flink-error.js'
import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

const STOP_REMOVED =
  'The termination mode "stop" has been removed. For an ungraceful shutdown, please use "cancel" instead. ' +
  'For a graceful shutdown, please use "jobs/:jobId/stop" instead.'

/** Cancels a job. */
export const jobCancellationHandler: Route = {
  method: 'PATCH',
  path: '/jobs/:jobid',
  async handle(request, { gateway }) {
    const mode = (request.query['mode'] ?? 'cancel').toLowerCase()
    if (mode === 'stop') return { status: 308, body: { errors: [STOP_REMOVED] } }
    if (mode !== 'cancel') {
      throw new FlinkError('CONTROL_REQUEST_INVALID', { reason: `mode must be "cancel", not "${mode}"` })
    }
    await gateway.cancel(jobIdOf(request))
    return { status: 202, body: {} }
  },
}
