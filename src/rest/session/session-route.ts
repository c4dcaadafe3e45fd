import type { Clock } from '../../core/time/clock.js'
import type { Random } from '../../core/random/random.js'
import type { OperationRegistry } from '../operation-registry.js'
import type { Route } from '../route.js'
import type { SessionGateway } from './session-gateway.js'

export interface SessionRestContext {
  readonly gateway: SessionGateway
  readonly clock: Clock
  readonly random: Random
  /** Savepoints, stops and checkpoints: what the job answered of them in the end, as it is to be given out. */
  readonly snapshots: OperationRegistry<Readonly<Record<string, unknown>>>
  readonly disposals: OperationRegistry<null>
}

/** One endpoint of a session. */
export type SessionRoute = Route<SessionRestContext>
