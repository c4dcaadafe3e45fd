import { jobIdOf, subtaskIndexOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { attemptInfoOf } from '../vertices/attempt-info.js'
import { subtaskOf } from '../vertices/vertex-report.js'

/** The attempt that a subtask is at. */
export const subtaskCurrentAttemptDetailsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex',
  async handle(request, { gateway, now }) {
    const index = subtaskIndexOf(request)
    const { current } = subtaskOf(await gateway.vertex(jobIdOf(request), vertexIdOf(request)), index)
    return { status: 200, body: attemptInfoOf(current, now()) }
  },
}
