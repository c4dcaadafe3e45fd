import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Where Flink's dashboard shows the log of the job manager. */
export const jobManagerLogUrlHandler: Route<unknown> = {
  method: 'GET',
  path: '/jobs/:jobid/jobmanager/log-url',
  handle(request) {
    jobIdOf(request)
    return Promise.resolve({ status: 200, body: { url: `${request.origin}/#/job-manager/logs` } })
  },
}

/** Where Flink's dashboard shows the logs of a task manager. */
export const taskManagerLogUrlHandler: Route<unknown> = {
  method: 'GET',
  path: '/jobs/:jobid/taskmanagers/:taskmanagerid/log-url',
  handle(request) {
    jobIdOf(request)
    const id = encodeURIComponent(request.params['taskmanagerid'] ?? '')
    return Promise.resolve({ status: 200, body: { url: `${request.origin}/#/task-manager/${id}/logs` } })
  },
}
