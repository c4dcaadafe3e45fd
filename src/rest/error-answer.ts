// Errors as Flink's handlers answer with them: scripts look for the names of its classes, and for its words.
import { FlinkError, type ErrorCode } from '../core/errors/flink-error.js'
import { javaClassName } from './java/java-class-name.js'
import type { RestResponse } from './route.js'

const HANDLER_EXCEPTION = 'org.apache.flink.runtime.rest.handler.RestHandlerException'
const NOT_FOUND_EXCEPTION = 'org.apache.flink.runtime.rest.NotFoundException'

/** Refused by Flink before there is a handler, or by one that has answered already. */
const PLAIN: readonly ErrorCode[] = ['LOG_NOT_FOUND', 'JAR_UPLOAD_TOO_LARGE']

/** What a request is refused with. No frames come with it: they would tell of this machine. */
export function errorAnswer(error: FlinkError): RestResponse {
  const { code, message, httpStatus } = error
  if (httpStatus === 500) return serverError(error)
  if (PLAIN.includes(code)) return { status: httpStatus, body: { errors: [message] } }
  return refusal(httpStatus, ...wordsOf(error))
}

/** What a handler refuses by itself, in Flink's words. */
export function refusal(status: number, message: string, exception: string = HANDLER_EXCEPTION): RestResponse {
  return { status, body: { errors: [`${exception}: ${message}`] } }
}

/** What Flink's handlers do not catch: the error is not that of the request, or nobody has thought of it. */
export function serverError(error: FlinkError): RestResponse {
  return { status: 500, body: { errors: serverErrors(`${javaClassName(error, error.name)}: ${error.message}\n`) } }
}

/** Both texts of a server error, of which the first says nothing. */
export function serverErrors(trace: string): readonly [string, string] {
  return ['Internal server error.', `<Exception on server side:\n${trace}\nEnd of exception on server side>`]
}

/** Where the job is asked for that has it, without a look whether there is one: Flink takes it for an error of its own. */
export async function orServerError(answer: () => Promise<RestResponse>): Promise<RestResponse> {
  try {
    return await answer()
  } catch (error) {
    if (!FlinkError.is(error, 'JOB_NOT_FOUND')) throw error
    return serverError(error)
  }
}

function wordsOf(error: FlinkError): [message: string, exception?: string] {
  const { code, message, details } = error
  if (code !== 'JOB_NOT_FOUND') return [message]
  const cause = `Caused by: ${javaClassName(error, error.name)}: ${message}`
  return [`Job ${String(details['jobId'])} not found\n${cause}`, NOT_FOUND_EXCEPTION]
}
