import { writeSync } from 'node:fs'
import type { FlinkError } from '../../core/errors/flink-error.js'
import { renderError } from '../output/error-rendering.js'

const STANDARD_ERROR = 2

/**
 * Ends the process at once: what tasks still have would only be written twice, and the files by which the job is found are those
 * of the process that has it now.
 */
export function endFenced(error: FlinkError): void {
  const { text, exitCode } = renderError(error)
  try {
    writeSync(STANDARD_ERROR, text)
  } catch {
    // Nobody reads it, or the disk is full: it ends all the same.
  }
  process.exit(exitCode)
}
