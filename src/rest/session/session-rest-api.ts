import type { Random } from '../../core/random/random.js'
import type { Clock } from '../../core/time/clock.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { OperationRegistry } from '../operation-registry.js'
import { PROCESS_ROUTES } from '../processes/process-routes.js'
import type { ProcessesContext } from '../processes/processes-context.js'
import { endpointsOf, type RestApi } from '../rest-api.js'
import type { SessionGateway } from './session-gateway.js'
import type { SessionRestContext } from './session-route.js'
import { SESSION_ROUTES } from './session-routes.js'
import { staticFile } from './static-file.js'

export interface SessionRestApiServices {
  readonly gateway: SessionGateway
  readonly clock: Clock
  readonly random: Random
  /** The session's own, and those of its jobs. */
  readonly processes?: ProcessesContext
}

/** The endpoints of a session cluster. */
export function sessionRestApi({ gateway, clock, random, processes }: SessionRestApiServices): RestApi {
  const operations = {
    clock,
    random,
    storeDurationMs: gateway.place.configuration.get(RestOptions.ASYNC_STORE_DURATION),
  }
  const snapshots = new OperationRegistry<Readonly<Record<string, unknown>>>(operations)
  const disposals = new OperationRegistry<null>(operations)
  const context: SessionRestContext = { gateway, clock, random, snapshots, disposals }
  return {
    endpoints: [
      ...endpointsOf(SESSION_ROUTES, context),
      ...(processes === undefined ? [] : endpointsOf(PROCESS_ROUTES, processes)),
    ],
    otherwise: staticFile,
    get isAwaited() {
      return snapshots.isAwaited || disposals.isAwaited
    },
    close() {
      snapshots.close()
      disposals.close()
    },
  }
}
