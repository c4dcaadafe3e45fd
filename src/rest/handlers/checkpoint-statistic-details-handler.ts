import { checkpointIdOf, jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** One checkpoint or savepoint, with the part that each vertex has in it. */
export const checkpointStatisticDetailsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/checkpoints/details/:checkpointid',
  async handle(request, { gateway }) {
    return { status: 200, body: await gateway.checkpointDetails(jobIdOf(request), checkpointIdOf(request)) }
  },
}
