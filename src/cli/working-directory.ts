import { FlinkError } from '../core/errors/flink-error.js'

/** Where the user stands; WORKING_DIRECTORY_MISSING when that has been removed under him. */
export function workingDirectory(): string {
  try {
    return process.cwd()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FlinkError('WORKING_DIRECTORY_MISSING', { reason }, { cause: error })
  }
}
