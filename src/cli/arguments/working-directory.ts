import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'

/** Where the user stands; WORKING_DIRECTORY_MISSING when that has been removed under him. */
export function workingDirectory(): string {
  try {
    return process.cwd()
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('WORKING_DIRECTORY_MISSING', { reason }, { cause: error })
  }
}
