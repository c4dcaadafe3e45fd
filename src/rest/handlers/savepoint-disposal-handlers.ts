import { FlinkError } from '../../core/errors/flink-error.js'
import { askedTriggerIdOf, optionalPath, triggerIdOf } from '../request-parameters.js'
import type { RestContext, Route } from '../route.js'
import { throwableInfo } from '../throwable-info.js'

const SCOPE = 'savepoint-disposal'

function notFound(triggerId: string): FlinkError {
  return new FlinkError('OPERATION_NOT_FOUND', { text: `Operation not found under key: ${triggerId}` })
}

/** What a job and a session have in common. */
interface DisposalContext extends Pick<RestContext, 'disposals'> {
  readonly gateway: Pick<RestContext['gateway'], 'disposeSavepoint'>
}

/** Deletes a savepoint. */
export const savepointDisposalTriggerHandler: Route<DisposalContext> = {
  method: 'POST',
  path: '/savepoint-disposal',
  handle(request, { gateway, disposals }) {
    const path = optionalPath(request, 'savepoint-path')
    if (path === undefined) {
      throw new FlinkError('CONTROL_REQUEST_INVALID', {
        reason: 'Field savepoint-path must not be omitted or be null.',
      })
    }
    const id = disposals.trigger(SCOPE, triggerIdOf(request), async () => {
      await gateway.disposeSavepoint(path)
      return null
    })
    return Promise.resolve({ status: 200, body: { 'request-id': id } })
  },
}

/** How far the deletion is. */
export const savepointDisposalStatusHandler: Route<DisposalContext> = {
  method: 'GET',
  path: '/savepoint-disposal/:triggerid',
  handle(request, { disposals }) {
    const triggerId = askedTriggerIdOf(request)
    if (!disposals.has(SCOPE, triggerId)) throw notFound(triggerId)
    const outcome = disposals.poll(SCOPE, triggerId, SCOPE)
    if (outcome === undefined) {
      return Promise.resolve({ status: 200, body: { status: { id: 'IN_PROGRESS' }, operation: null } })
    }
    const operation = 'value' in outcome ? {} : { 'failure-cause': throwableInfo(outcome.error) }
    return Promise.resolve({ status: 200, body: { status: { id: 'COMPLETED' }, operation } })
  },
}
