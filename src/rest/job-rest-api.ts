import type { Random } from '../core/random/random.js'
import type { Clock } from '../core/time/clock.js'
import type { JobsGateway } from './jobs-gateway.js'
import { OperationRegistry, STORE_DURATION_MS } from './operation-registry.js'
import { endpointsOf, type RestApi } from './rest-api.js'
import type { RestContext } from './route.js'
import { ROUTES } from './routes.js'

export interface JobRestApiServices {
  readonly gateway: JobsGateway
  readonly clock: Clock
  readonly random: Random
}

/** The endpoints of the jobs of one process. */
export function jobRestApi({ gateway, clock, random }: JobRestApiServices): RestApi {
  const operations = { clock, random, storeDurationMs: STORE_DURATION_MS }
  const [savepoints, checkpoints, disposals] = [
    new OperationRegistry<string>(operations),
    new OperationRegistry<number>(operations),
    new OperationRegistry<null>(operations),
  ]
  const context: RestContext = { gateway, savepoints, checkpoints, disposals }
  const registries = [savepoints, checkpoints, disposals]
  return {
    endpoints: endpointsOf(ROUTES, context),
    get isAwaited() {
      return registries.some((operations) => operations.isAwaited)
    },
    close() {
      for (const operations of registries) operations.close()
    },
  }
}
