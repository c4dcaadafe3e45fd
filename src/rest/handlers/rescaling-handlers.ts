import { FlinkError } from '../../core/errors/flink-error.js'
import { askedTriggerIdOf, jobIdOf, unresolvable } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Not in Flink either. */
export const rescalingTriggerHandler: Route = {
  method: 'PATCH',
  path: '/jobs/:jobid/rescaling',
  async handle(request) {
    jobIdOf(request)
    const { parallelism = '' } = request.query
    if (!/^(?:[+-]?\d{1,9})?$/.test(parallelism)) throw unresolvable('query', 'parallelism', parallelism)
    return Promise.reject(new FlinkError('RESCALING_DISABLED', {}))
  },
}

export const rescalingStatusHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/rescaling/:triggerid',
  async handle(request) {
    jobIdOf(request)
    askedTriggerIdOf(request)
    return Promise.reject(new FlinkError('RESCALING_DISABLED', {}))
  },
}
