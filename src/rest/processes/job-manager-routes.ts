import { PROCESS_ANSWERS } from './process-answers.js'
import type { ProcessRoute } from './processes-context.js'

const LOGS = { name: 'JobManager', list: '/jobmanager/logs' }

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
  ...PROCESS_ANSWERS.map(({ path, answer }): ProcessRoute => ({
    method: 'GET',
    path: `/jobmanager${path}`,
    handle: (request, { jobManager }) => answer(jobManager, request, LOGS),
  })),
]
