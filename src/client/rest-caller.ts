import { FlinkError } from '../core/errors/flink-error.js'

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object
}

/** Who answers for jobs: one job over its socket, or a session over TCP for all of its own. */
export interface RestCaller {
  /** The parsed answer; what is refused is thrown as CONTROL_REQUEST_FAILED, or by a session SESSION_REQUEST_FAILED, with the words of the answer. */
  call(call: RestCall, timeoutMs: number): Promise<unknown>
}

type Refused = 'CONTROL_REQUEST_FAILED' | 'SESSION_REQUEST_FAILED'

/** An error answer as an error of this code, every other one as it is. Flink's rule: an object whose only key is `errors`, whatever the status. */
export function answerOf(body: unknown, code: Refused): unknown {
  const errors = errorsOf(body)
  if (errors !== undefined) throw new FlinkError(code, { reason: errors.join(', ') })
  return body
}

/** What somebody who was asked refuses, in its own words; undefined for other errors. */
export function refusalIn(error: unknown): string | undefined {
  const isRefused = FlinkError.is(error, 'CONTROL_REQUEST_FAILED') || FlinkError.is(error, 'SESSION_REQUEST_FAILED')
  return isRefused ? String(error.details['reason']) : undefined
}

function errorsOf(body: unknown): string[] | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const keys = Object.keys(body)
  if (keys.length !== 1 || keys[0] !== 'errors') return undefined
  const { errors } = body as { errors: unknown }
  return Array.isArray(errors) ? errors.map(String) : [String(errors)]
}
