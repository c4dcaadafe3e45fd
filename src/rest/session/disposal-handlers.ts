import {
  savepointDisposalStatusHandler,
  savepointDisposalTriggerHandler,
} from '../handlers/savepoint-disposal-handlers.js'
import type { SessionRoute } from './session-route.js'

/** As a job answers it. */
export const disposalTriggerHandler: SessionRoute = savepointDisposalTriggerHandler
export const disposalStatusHandler: SessionRoute = savepointDisposalStatusHandler
