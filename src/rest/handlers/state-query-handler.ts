import { serializeError } from '../../core/errors/error-codec.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { StateQuery } from '../jobs-gateway.js'
import { jobIdOf } from '../request-parameters.js'
import type { RestRequest, Route } from '../route.js'

const MOST_KEYS = 10_000
const LONGEST_TIMEOUT_MS = 600_000

/** Asks a job for values of a state: this engine's own. An error comes with its code, for clients of this engine. */
export const stateQueryHandler: Route = {
  method: 'POST',
  path: '/jobs/:jobid/queryable-states',
  keepsConnection: true,
  async handle(request, { gateway }) {
    try {
      return { status: 200, body: await gateway.queryState(jobIdOf(request), stateQueryOf(request)) }
    } catch (error) {
      if (!FlinkError.is(error)) throw error
      const failure = { ...serializeError(error), stack: undefined, cause: undefined }
      return { status: error.httpStatus, body: { errors: [error.message], failure } }
    }
  },
}

function stateQueryOf({ body }: RestRequest): StateQuery {
  const { name, keys, 'timeout-ms': timeoutMs } = body
  if (typeof name !== 'string') throw invalid('name has to be a text')
  if (!Array.isArray(keys) || keys.length > MOST_KEYS || !keys.every((key) => typeof key === 'string'))
    throw invalid(`keys has to be a list of at most ${String(MOST_KEYS)} texts in base64`)
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS))
    throw invalid(`timeout-ms has to be a number up to ${String(LONGEST_TIMEOUT_MS)}`)
  return { name, keys: keys.map((key) => Buffer.from(key, 'base64')), timeoutMs }
}

function invalid(reason: string): FlinkError {
  return new FlinkError('CONTROL_REQUEST_INVALID', { reason })
}
