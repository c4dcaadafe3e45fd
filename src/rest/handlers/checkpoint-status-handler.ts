import { askedTriggerIdOf, jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { throwableInfo } from '../throwable-info.js'

/** How far a triggered checkpoint is. */
export const checkpointStatusHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/checkpoints/:triggerid',
  handle(request, { checkpoints }) {
    const outcome = checkpoints.poll(jobIdOf(request), askedTriggerIdOf(request), 'checkpoint')
    if (outcome === undefined) {
      return Promise.resolve({ status: 200, body: { status: { id: 'IN_PROGRESS' }, operation: null } })
    }
    const operation =
      'value' in outcome ? { checkpointId: outcome.value } : { failureCause: throwableInfo(outcome.error) }
    return Promise.resolve({ status: 200, body: { status: { id: 'COMPLETED' }, operation } })
  },
}
