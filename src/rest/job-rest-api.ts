import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import type { JobsGateway } from './jobs-gateway.js'
import { OperationRegistry } from './operation-registry.js'
import type { ProcessesContext } from './processes/processes-context.js'
import { PROCESS_ROUTES } from './processes/process-routes.js'
import { endpointsOf, type RestApi } from './rest-api.js'
import type { RestContext } from './route.js'
import { ROUTES } from './routes.js'

export interface JobRestApiServices {
  readonly gateway: JobsGateway
  readonly clock: Clock
  readonly random: Random
  /** Results of operations stay pollable this long. */
  readonly storeDurationMs: number
  /** Of the process that answers, and of its jobs. */
  readonly processes?: ProcessesContext
}

/** The endpoints of the jobs of one process. */
export function jobRestApi({ gateway, clock, random, storeDurationMs, processes }: JobRestApiServices): RestApi {
  const operations = { clock, random, storeDurationMs }
  const [savepoints, checkpoints, disposals] = [
    new OperationRegistry<string>(operations),
    new OperationRegistry<number>(operations),
    new OperationRegistry<null>(operations),
  ]
  const context: RestContext = { gateway, now: () => clock.now(), savepoints, checkpoints, disposals }
  const registries = [savepoints, checkpoints, disposals]
  return {
    endpoints: [
      ...endpointsOf(ROUTES, context),
      ...(processes === undefined ? [] : endpointsOf(PROCESS_ROUTES, processes)),
    ],
    get isAwaited() {
      return registries.some((operations) => operations.isAwaited)
    },
    close() {
      for (const operations of registries) operations.close()
    },
  }
}
