import { writeSync } from 'node:fs'
import type { FlinkError } from '../../core/errors/flink-error.js'
import { errorDocument } from '../output/error-document.js'
import { renderError } from '../output/error-rendering.js'
import { printableJson } from '../terminal/printable-text.js'

const STANDARD_OUTPUT = 1
const STANDARD_ERROR = 2

/**
 * Ends the process at once: what tasks still have would only be written twice, and the files by which the job is found are those
 * of the process that has it now.
 */
export function endFenced(error: FlinkError, answers: 'as text' | 'as JSON'): void {
  const { text, exitCode } = renderError(error)
  write(STANDARD_ERROR, text)
  if (answers === 'as JSON') {
    write(STANDARD_OUTPUT, `${printableJson(JSON.stringify(errorDocument(error, exitCode)))}\n`)
  }
  process.exit(exitCode)
}

function write(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text)
  } catch {
    // Nobody reads it, or the disk is full: it ends all the same.
  }
}
