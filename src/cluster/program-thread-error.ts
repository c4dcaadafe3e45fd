import { FlinkError } from '../core/errors/flink-error.js'

/** What ended the thread in which a program's main ran, for the user. */
export function programThreadError(error: Error): FlinkError {
  const isOutOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  if (isOutOfMemory) return new FlinkError('PROGRAM_OUT_OF_MEMORY', {}, { cause: error })
  return new FlinkError('PROGRAM_MAIN_FAILED', { reason: error.message }, { cause: error })
}
