import type { SubtasksAllAccumulatorsInfo } from '../messages/vertex-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { UNASSIGNED } from '../vertices/attempt-info.js'

/** What each subtask of a vertex accumulated so far. */
export const subtasksAllAccumulatorsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasks/accumulators',
  async handle(request, { gateway }) {
    const { id, parallelism, subtasks } = await gateway.accumulatingVertex(jobIdOf(request), vertexIdOf(request))
    const body: SubtasksAllAccumulatorsInfo = {
      id,
      parallelism,
      subtasks: subtasks.map(({ current: { subtask, attempt, place, accumulators } }) => ({
        subtask,
        attempt,
        host: place?.host ?? UNASSIGNED,
        endpoint: place?.endpoint ?? UNASSIGNED,
        'user-accumulators': accumulators,
      })),
    }
    return { status: 200, body }
  },
}
