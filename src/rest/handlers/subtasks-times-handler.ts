import type { SubtasksTimesInfo } from '../messages/vertex-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { timesOf, UNASSIGNED } from '../vertices/attempt-info.js'
import { EXECUTION_STATES } from '../vertices/vertex-report.js'

/** When each subtask of a vertex came to which state. */
export const subtasksTimesHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/subtasktimes',
  async handle(request, { gateway, now }) {
    const { id, name, subtasks } = await gateway.vertex(jobIdOf(request), vertexIdOf(request))
    const at = now()
    const times: SubtasksTimesInfo = {
      ...{ id, name },
      now: at,
      subtasks: subtasks.map(({ current }) => ({
        subtask: current.subtask,
        host: current.place?.host ?? UNASSIGNED,
        endpoint: current.place?.endpoint ?? UNASSIGNED,
        duration: timesOf([current], at).duration,
        timestamps: Object.fromEntries(EXECUTION_STATES.map((state) => [state, current.timestamps[state] ?? 0])),
      })),
    }
    return { status: 200, body: times }
  },
}
