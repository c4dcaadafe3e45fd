import { FlinkError } from '../../core/errors/flink-error.js'
import type { Route } from '../route.js'

/** What it carries are Java objects for coordinators in Java. */
export const clientCoordinationHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/coordinators/:operatorid',
  handle() {
    const reason =
      'Request did not match expected format ClientCoordinationRequestBody: it carries Java objects, and the coordinators of this ' +
      'job are none of Java.'
    return Promise.reject(new FlinkError('CONTROL_REQUEST_INVALID', { reason }))
  },
}
