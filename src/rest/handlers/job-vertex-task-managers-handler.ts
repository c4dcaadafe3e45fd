import type { JobVertexTaskManagersInfo } from '../messages/vertex-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { aggregatedTaskDetailsOf } from '../vertices/aggregated-task-details.js'
import { attemptInfoOf, ioMetricsOf, timesOf, UNASSIGNED } from '../vertices/attempt-info.js'
import { aggregateState, countStates, type AttemptReport } from '../vertices/vertex-report.js'

type TaskManager = JobVertexTaskManagersInfo['taskmanagers'][number]

/** A vertex by the task managers on which its subtasks run. */
export const jobVertexTaskManagersHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/taskmanagers',
  async handle(request, { gateway, now }) {
    const { id, name, subtasks } = await gateway.vertex(jobIdOf(request), vertexIdOf(request))
    const at = now()
    const byTaskManager = new Map<string, AttemptReport[]>()
    for (const { current } of subtasks) {
      const taskManager = current.place?.taskManagerId ?? UNASSIGNED
      byTaskManager.set(taskManager, [...(byTaskManager.get(taskManager) ?? []), current])
    }
    const taskmanagers = [...byTaskManager].map(([taskManager, attempts]) => taskManagerOf(taskManager, attempts, at))
    const body: JobVertexTaskManagersInfo = { id, name, now: at, taskmanagers }
    return { status: 200, body }
  },
}

function taskManagerOf(id: string, attempts: readonly AttemptReport[], now: number): TaskManager {
  const { startTime, endTime, duration } = timesOf(attempts, now)
  const states = attempts.map(({ state }) => state)
  const place = attempts[0]?.place
  return {
    host: place?.host ?? UNASSIGNED,
    endpoint: place?.endpoint ?? UNASSIGNED,
    status: aggregateState(states),
    'start-time': startTime,
    'end-time': endTime,
    duration,
    metrics: ioMetricsOf(attempts),
    'status-counts': countStates(states),
    'taskmanager-id': id,
    aggregated: aggregatedTaskDetailsOf(attempts.map((attempt) => attemptInfoOf(attempt, now))),
  }
}
