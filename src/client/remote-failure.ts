import { deserializeError, type SerializedError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { messagesIn } from '../rest/messages/error-messages.js'
import type { ThrowableInfo } from '../rest/messages/job-messages.js'

/** What a job says of why it did not do what it was told. */
export function remoteFailure(jobId: string, cause: ThrowableInfo | undefined): FlinkError {
  const reason = cause === undefined ? '' : messagesOf(cause['stack-trace'])
  return new FlinkError('CONTROL_REQUEST_FAILED', { reason: reason === '' ? `job ${jobId} gave no reason` : reason })
}

/** Of a stack trace what its errors say, without frames and without causes that only repeat. */
function messagesOf(stackTrace: string): string {
  return messagesIn(stackTrace).join('\nCaused by: ')
}

/** `<class>: <message>`, as the first line of what Flink prints of a throwable. */
const CLASS = /^([A-Za-z_$][\w.$]*): /
const MOST_CAUSES = 20

/** What was thrown elsewhere, with its causes; undefined where nothing is said of it. */
export function remoteError(stackTrace: string): Error | undefined {
  const links = messagesIn(stackTrace).filter((link) => link !== '')
  let error: SerializedError | undefined
  for (const link of links.slice(0, MOST_CAUSES).toReversed()) {
    const [whole = '', name = 'Error'] = CLASS.exec(link) ?? []
    const message = link.slice(whole.length)
    // Where it was thrown, here or there, is of no use to the reader.
    error = { name, message, stack: `${name}: ${message}`, code: undefined, details: undefined, cause: error }
  }
  return error && deserializeError(error)
}
