import { attemptOf, jobIdOf, subtaskIndexOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { attemptInfoOf } from '../vertices/attempt-info.js'
import { findAttempt } from '../vertices/vertex-report.js'

/** One attempt of a subtask. */
export const subtaskExecutionAttemptDetailsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/attempts/:attempt',
  async handle(request, { gateway, now }) {
    const place = { subtask: subtaskIndexOf(request), attempt: attemptOf(request) }
    const attempt = findAttempt(await gateway.vertex(jobIdOf(request), vertexIdOf(request)), place)
    return { status: 200, body: attemptInfoOf(attempt, now()) }
  },
}
