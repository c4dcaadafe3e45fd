import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'
import { errnoOf } from '../fs/errno.js'

const NAMES = { 1: 'Standard output', 2: 'Standard error' } as const

/** The pipe is full and does not block: there is nothing to do but to wait for its reader. */
export function isFull(error: unknown): boolean {
  return errnoOf(error) === 'EAGAIN'
}

/** Why nothing can be written: the reader has gone, or something that may pass, as a full disk. */
export function streamFailed(fd: 1 | 2, error: unknown): FlinkError {
  const stream = NAMES[fd]
  if (errnoOf(error) === 'EPIPE') return new FlinkError('STDOUT_CLOSED', { stream }, { cause: error })
  const reason = messageOf(error)
  return new FlinkError('STANDARD_STREAM_FAILED', { stream, reason }, { cause: error })
}
