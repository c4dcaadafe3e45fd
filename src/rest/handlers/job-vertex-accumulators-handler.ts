import type { JobVertexAccumulatorsInfo } from '../messages/vertex-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What the subtasks of a vertex accumulated, one after the other: they are merged when the job has finished. */
export const jobVertexAccumulatorsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/accumulators',
  async handle(request, { gateway }) {
    const { id, subtasks } = await gateway.vertex(jobIdOf(request), vertexIdOf(request))
    const accumulators = subtasks.flatMap(({ current }) => current.accumulators)
    const body: JobVertexAccumulatorsInfo = { id, 'user-accumulators': accumulators }
    return { status: 200, body }
  },
}
