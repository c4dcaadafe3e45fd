import { SeededRandom } from '../core/random/seeded-random.js'
import { ManualClock } from '../core/time/manual-clock.js'
import type { JobsGateway } from './jobs-gateway.js'
import { OperationRegistry } from './operation-registry.js'
import type { RestContext } from './route.js'

/** What handlers are given of a job that has no process: nothing that they begin there is remembered. */
export function contextWithoutOperations(gateway: JobsGateway, now: number): RestContext {
  const nothing = { clock: new ManualClock(), random: new SeededRandom(0), storeDurationMs: 0 }
  return {
    gateway,
    now: () => now,
    savepoints: new OperationRegistry(nothing),
    checkpoints: new OperationRegistry(nothing),
    disposals: new OperationRegistry(nothing),
  }
}
