import { selectMetrics } from '../job-metrics.js'
import { listOf } from '../request-parameters.js'
import { LOG_PATHS, logResponse } from './log-response.js'
import type { ProcessRoute } from './processes-context.js'

const LISTED = { name: 'JobManager', list: '/jobmanager/logs' }

/** What is told of the process that answers: in a session the session, of a job alone the process of that job. */
export const JOB_MANAGER_ROUTES: readonly ProcessRoute[] = [
  {
    method: 'GET',
    path: '/jobmanager/config',
    async handle(_request, { jobManager }) {
      return { status: 200, body: await jobManager.configuration() }
    },
  },
  {
    method: 'GET',
    path: '/jobmanager/environment',
    async handle(_request, { jobManager }) {
      return { status: 200, body: await jobManager.environment() }
    },
  },
  {
    method: 'GET',
    path: '/jobmanager/metrics',
    async handle(request, { jobManager }) {
      return { status: 200, body: selectMetrics(await jobManager.metrics(), listOf(request, 'get')) }
    },
  },
  {
    method: 'GET',
    path: '/jobmanager/thread-dump',
    async handle(_request, { jobManager }) {
      return { status: 200, body: await jobManager.threadDump() }
    },
  },
  {
    method: 'GET',
    path: '/jobmanager/logs',
    async handle(_request, { jobManager }) {
      return { status: 200, body: { logs: await jobManager.logs() } }
    },
  },
  ...LOG_PATHS.map(({ path, whichOf }): ProcessRoute => ({
    method: 'GET',
    path: `/jobmanager${path}`,
    handle: (request, { jobManager }) => logResponse(jobManager, whichOf(request), LISTED),
  })),
]
