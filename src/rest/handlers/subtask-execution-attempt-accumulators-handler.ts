import type { SubtaskExecutionAttemptAccumulatorsInfo } from '../messages/vertex-messages.js'
import { attemptOf, jobIdOf, subtaskIndexOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { findAttempt } from '../vertices/vertex-report.js'

/** What one attempt of a subtask accumulated so far. */
export const subtaskExecutionAttemptAccumulatorsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/attempts/:attempt/accumulators',
  async handle(request, { gateway }) {
    const place = { subtask: subtaskIndexOf(request), attempt: attemptOf(request) }
    const found = findAttempt(await gateway.accumulatingVertex(jobIdOf(request), vertexIdOf(request)), place)
    const { subtask, attempt, executionId: id, accumulators } = found
    const body: SubtaskExecutionAttemptAccumulatorsInfo = { subtask, attempt, id, 'user-accumulators': accumulators }
    return { status: 200, body }
  },
}
