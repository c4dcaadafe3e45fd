import { FlinkError } from '../../core/errors/flink-error.js'
import { contextWithoutOperations } from '../context-without-operations.js'
import { jobIdOf } from '../request-parameters.js'
import type { RestRequest, RestResponse, Route, RoutePlace } from '../route.js'
import { ROUTES } from '../routes.js'
import type { SessionRestContext, SessionRoute } from './session-route.js'
import { UnknownJobGateway } from './unknown-job-gateway.js'

const OF_A_JOB = '/jobs/:jobid'

/** What a job answers itself, all but what the session answers in its place. */
export function jobAnswerRoutes(answered: readonly RoutePlace[]): SessionRoute[] {
  const places = new Set(answered.map(keyOf))
  const ofJobs = ROUTES.filter(({ path }) => path === OF_A_JOB || path.startsWith(`${OF_A_JOB}/`))
  return ofJobs
    .filter((place) => !places.has(keyOf(place)))
    .map((route) => ({ ...route, handle: (request, context) => answerOfJob(route, request, context) }))
}

/** Of a job that nobody knows its handler says here what it would say there: that may be more, or less, than that there is none. */
async function answerOfJob(
  route: Route,
  request: RestRequest,
  { gateway, clock }: SessionRestContext,
): Promise<RestResponse> {
  const jobId = jobIdOf(request)
  try {
    return await gateway.answerOfJob(jobId, request)
  } catch (error) {
    if (!FlinkError.is(error, 'JOB_NOT_FOUND')) throw error
    return route.handle(request, contextWithoutOperations(new UnknownJobGateway(jobId), clock.now()))
  }
}

function keyOf({ method, path }: RoutePlace): string {
  return `${method} ${path}`
}
