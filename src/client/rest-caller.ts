import { FlinkError } from '../core/errors/flink-error.js'
import { refusalOf } from '../rest/messages/error-messages.js'

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

/** An error answer as an error of this code, every other one as it is. */
export function answerOf(body: unknown, code: Refused): unknown {
  const reason = refusalOf(body)
  if (reason !== undefined) throw new FlinkError(code, { reason })
  return body
}

/** What somebody who was asked refuses, in its own words; undefined for other errors. */
export function refusalIn(error: unknown): string | undefined {
  const isRefused = FlinkError.is(error, 'CONTROL_REQUEST_FAILED') || FlinkError.is(error, 'SESSION_REQUEST_FAILED')
  return isRefused ? String(error.details['reason']) : undefined
}
