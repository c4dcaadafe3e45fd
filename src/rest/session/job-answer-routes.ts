import { jobIdOf } from '../request-parameters.js'
import type { RoutePlace } from '../route.js'
import { ROUTES } from '../routes.js'
import type { SessionRoute } from './session-route.js'

const OF_A_JOB = '/jobs/:jobid'

/** What a job answers itself, all but what the session answers in its place. */
export function jobAnswerRoutes(answered: readonly RoutePlace[]): SessionRoute[] {
  const places = new Set(answered.map(keyOf))
  const ofJobs = ROUTES.filter(({ path }) => path === OF_A_JOB || path.startsWith(`${OF_A_JOB}/`))
  return ofJobs
    .filter((place) => !places.has(keyOf(place)))
    .map((place) => ({
      ...place,
      handle: (request, { gateway }) => gateway.answerOfJob(jobIdOf(request), request),
    }))
}

function keyOf({ method, path }: RoutePlace): string {
  return `${method} ${path}`
}
