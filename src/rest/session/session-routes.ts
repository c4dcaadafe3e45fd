import { jobManagerLogUrlHandler, taskManagerLogUrlHandler } from '../handlers/log-url-handlers.js'
import { clusterOverviewHandler } from './cluster-overview-handler.js'
import { dashboardConfigHandler } from './dashboard-config-handler.js'
import { jobAnswerRoutes } from './job-answer-routes.js'
import { jobSubmitHandler } from './job-submit-handler.js'
import { jarRoutes } from './jars/jar-routes.js'
import { jobIdsHandler, sessionJobsOverviewHandler } from './jobs-handlers.js'
import { jobsMetricsHandler } from './jobs-metrics-handler.js'
import type { SessionRoute } from './session-route.js'
import { shutdownHandler } from './shutdown-handler.js'
import { disposalStatusHandler, disposalTriggerHandler } from './disposal-handlers.js'
import { snapshotHandlers } from './snapshot-handlers.js'

const OF_THE_SESSION: readonly SessionRoute[] = [
  dashboardConfigHandler,
  clusterOverviewHandler,
  jobIdsHandler,
  sessionJobsOverviewHandler,
  jobSubmitHandler,
  jobsMetricsHandler,
  ...snapshotHandlers,
  disposalTriggerHandler,
  disposalStatusHandler,
  shutdownHandler,
  // Of the session, whose address the client knows.
  jobManagerLogUrlHandler,
  taskManagerLogUrlHandler,
  ...jarRoutes,
]

/** Every endpoint of a session: its own, and of each of its jobs those that the session has no other answer to. */
export const SESSION_ROUTES: readonly SessionRoute[] = [...OF_THE_SESSION, ...jobAnswerRoutes(OF_THE_SESSION)]
