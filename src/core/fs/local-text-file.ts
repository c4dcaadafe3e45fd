import { readFileSync } from 'node:fs'
import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'

/** The text of a local file, read at once: for what a program needs before it can say anything (its parameters). */
export function readLocalTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new FlinkError('FILE_NOT_FOUND', { path }, { cause: error })
    }
    const reason = messageOf(error)
    throw new FlinkError('FILE_IO_FAILED', { operation: 'reading', path, reason }, { cause: error })
  }
}
