import { FlinkError } from '../../core/errors/flink-error.js'
import { orServerError } from '../error-answer.js'
import { jobIdOf, operatorIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What it carries are Java objects for coordinators in Java. */
export const clientCoordinationHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/coordinators/:operatorid',
  handle(request, { gateway }) {
    const jobId = jobIdOf(request)
    operatorIdOf(request)
    const reason =
      'Request did not match expected format ClientCoordinationRequestBody: it carries Java objects, and the coordinators of this ' +
      'job are none of Java.'
    return orServerError(async () => {
      await gateway.status(jobId)
      throw new FlinkError('CONTROL_REQUEST_INVALID', { reason })
    })
  },
}
