import { askedTriggerIdOf, jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { throwableInfo } from '../throwable-info.js'

/** How far a savepoint (or a stop with one) is. A failed one is COMPLETED with a failure cause, as in Flink. */
export const savepointStatusHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/savepoints/:triggerid',
  handle(request, { savepoints }) {
    const outcome = savepoints.poll(jobIdOf(request), askedTriggerIdOf(request), 'savepoint')
    if (outcome === undefined) {
      return Promise.resolve({ status: 200, body: { status: { id: 'IN_PROGRESS' }, operation: null } })
    }
    const operation =
      'value' in outcome ? { location: outcome.value } : { 'failure-cause': throwableInfo(outcome.error) }
    return Promise.resolve({ status: 200, body: { status: { id: 'COMPLETED' }, operation } })
  },
}
