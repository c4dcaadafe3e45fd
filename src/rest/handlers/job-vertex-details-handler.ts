import type { JobVertexDetailsInfo } from '../messages/vertex-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'
import { aggregatedTaskDetailsOf } from '../vertices/aggregated-task-details.js'
import { attemptInfoOf } from '../vertices/attempt-info.js'

/** A vertex with the attempts that its subtasks are at. */
export const jobVertexDetailsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid',
  async handle(request, { gateway, now }) {
    const { id, name, parallelism, maxParallelism, subtasks } = await gateway.vertex(
      jobIdOf(request),
      vertexIdOf(request),
    )
    const at = now()
    const attempts = subtasks.map(({ current }) => attemptInfoOf(current, at))
    const aggregated = aggregatedTaskDetailsOf(attempts)
    const vertex: JobVertexDetailsInfo = {
      ...{ id, name, parallelism, maxParallelism },
      now: at,
      subtasks: attempts,
      aggregated,
    }
    return { status: 200, body: vertex }
  },
}
