import { FlinkError } from '../../core/errors/flink-error.js'
import { refusal } from '../error-answer.js'
import { jobIdOf, unresolvable } from '../request-parameters.js'
import type { Route } from '../route.js'

const STOP_REMOVED =
  'The termination mode "stop" has been removed. For an ungraceful shutdown, please use "cancel" instead. ' +
  'For a graceful shutdown, please use "jobs/:jobId/stop" instead.'

/** Cancels a job. */
export const jobCancellationHandler: Route = {
  method: 'PATCH',
  path: '/jobs/:jobid',
  async handle(request, { gateway }) {
    const { mode = 'cancel' } = request.query
    if (mode.toLowerCase() === 'stop') return refusal(308, STOP_REMOVED)
    if (mode.toLowerCase() !== 'cancel') throw unresolvable('query', 'mode', mode)
    try {
      await gateway.cancel(jobIdOf(request))
    } catch (error) {
      if (!FlinkError.is(error, 'JOB_NOT_FOUND')) throw error
      return refusal(404, `Job could not be found.\nCaused by: ${error.message}`)
    }
    return { status: 202, body: {} }
  },
}
