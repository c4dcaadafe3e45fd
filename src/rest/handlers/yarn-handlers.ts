import type { Route } from '../route.js'
import { jobCancellationHandler } from './job-cancellation-handler.js'

/** For clients that can only GET; also the button of Flink's dashboard. */
export const yarnCancelHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/yarn-cancel',
  handle: (request, context) => jobCancellationHandler.handle({ ...request, query: { mode: 'cancel' } }, context),
}

export const yarnStopHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/yarn-stop',
  handle: (request, context) => jobCancellationHandler.handle({ ...request, query: { mode: 'stop' } }, context),
}
