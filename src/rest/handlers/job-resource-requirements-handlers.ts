import { FlinkError } from '../../core/errors/flink-error.js'
import { orServerError, serverErrors } from '../error-answer.js'
import type { JobResourceRequirements } from '../messages/vertex-messages.js'
import { jobIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

/** Words of Flink's scheduler where it is not the adaptive one. */
const REFUSAL =
  'java.lang.UnsupportedOperationException: The DefaultScheduler does not support changing the parallelism without a job ' +
  'restart. This feature is currently only expected to work with the AdaptiveScheduler.'

/** How many subtasks each vertex needs: as many as it has. */
export const jobResourceRequirementsHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/resource-requirements',
  handle(request, { gateway }) {
    return orServerError(async () => {
      const { vertices } = await gateway.details(jobIdOf(request))
      const requirements: JobResourceRequirements = Object.fromEntries(
        vertices.map(({ id, parallelism }) => {
          return [id, { parallelism: { lowerBound: parallelism, upperBound: parallelism } }]
        }),
      )
      return { status: 200, body: requirements }
    })
  },
}

/** Not here: a job that runs keeps its parallelism. */
export const jobResourceRequirementsUpdateHandler: Route = {
  method: 'PUT',
  path: '/jobs/:jobid/resource-requirements',
  handle(request, { gateway }) {
    return orServerError(async () => {
      const jobId = jobIdOf(request)
      checkRequirements(Object.entries(request.body))
      await gateway.status(jobId)
      return { status: 500, body: { errors: serverErrors(REFUSAL) } }
    })
  },
}

function checkRequirements(requirements: readonly (readonly [string, unknown])[]): void {
  if (requirements.length === 0) {
    throw new FlinkError('CONTROL_REQUEST_INVALID', { reason: 'Request body does not specify resource requirements.' })
  }
  for (const [vertexId, requirement] of requirements) {
    if (/^[0-9a-fA-F]{32}$/.test(vertexId) && isRequirement(requirement)) continue
    const reason = 'Request did not match expected format JobResourceRequirementsBody.'
    throw new FlinkError('CONTROL_REQUEST_INVALID', { reason })
  }
}

function isRequirement(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('parallelism' in value)) return false
  const { parallelism } = value
  if (typeof parallelism !== 'object' || parallelism === null) return false
  const { lowerBound, upperBound } = parallelism as Readonly<Record<string, unknown>>
  return [lowerBound, upperBound].every((bound) => bound === undefined || Number.isSafeInteger(bound))
}
