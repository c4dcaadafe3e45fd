import { FlinkError } from '../core/errors/flink-error.js'
import type { ThrowableInfo } from '../rest/messages/job-messages.js'

/** Of errors: those of ours, as they are and as users of Flink know them, and the one that every error has. */
const NAMES_OF_NO_INTEREST = /^(?:FlinkError|ReasonError|Error|(?:java|org\.apache\.flink)\.[\w.$]+): /

/** What a job says of why it did not do what it was told. */
export function remoteFailure(jobId: string, cause: ThrowableInfo | undefined): FlinkError {
  const reason = cause === undefined ? '' : messagesOf(cause['stack-trace'])
  return new FlinkError('CONTROL_REQUEST_FAILED', { reason: reason === '' ? `job ${jobId} gave no reason` : reason })
}

/** Of a stack trace what its errors say, without frames and without causes that only repeat. */
export function messagesOf(stackTrace: string): string {
  const withoutFrames = stackTrace
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')
  const told: string[] = []
  for (const link of withoutFrames.split('\nCaused by: ')) {
    const message = link.replace(NAMES_OF_NO_INTEREST, '').trim()
    if (told.at(-1)?.includes(message) !== true) told.push(message)
  }
  return told.join('\nCaused by: ')
}
