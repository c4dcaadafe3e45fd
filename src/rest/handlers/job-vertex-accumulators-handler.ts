import type { JobVertexAccumulatorsInfo } from '../messages/vertex-messages.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What the subtasks of a vertex accumulated so far, merged; one after the other where that is not possible. */
export const jobVertexAccumulatorsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/accumulators',
  async handle(request, { gateway }) {
    const id = vertexIdOf(request)
    const accumulators = await gateway.vertexAccumulators(jobIdOf(request), id)
    const body: JobVertexAccumulatorsInfo = { id, 'user-accumulators': accumulators }
    return { status: 200, body }
  },
}
