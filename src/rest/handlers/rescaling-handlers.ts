import { FlinkError } from '../../core/errors/flink-error.js'
import type { Route } from '../route.js'

/** Not in Flink either. */
export const rescalingTriggerHandler: Route = {
  method: 'PATCH',
  path: '/jobs/:jobid/rescaling',
  handle: () => Promise.reject(new FlinkError('RESCALING_DISABLED', {})),
}

export const rescalingStatusHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/rescaling/:triggerid',
  handle: () => Promise.reject(new FlinkError('RESCALING_DISABLED', {})),
}
