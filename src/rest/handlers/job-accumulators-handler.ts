import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** What the functions of a job accumulated. */
export const jobAccumulatorsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/accumulators',
  async handle(request, { gateway }) {
    const accumulators = await gateway.accumulators(jobIdOf(request))
    const isSerializedToo = request.query['includeSerializedValue']?.toLowerCase() === 'true'
    const body = isSerializedToo ? accumulators : { ...accumulators, 'serialized-user-task-accumulators': {} }
    return { status: 200, body }
  },
}
