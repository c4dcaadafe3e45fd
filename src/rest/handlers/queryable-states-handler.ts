import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** The states of a job that may be asked about: this engine's own. */
export const queryableStatesHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/queryable-states',
  async handle(request, { gateway }) {
    return { status: 200, body: { 'queryable-states': await gateway.queryableStates(jobIdOf(request)) } }
  },
}
