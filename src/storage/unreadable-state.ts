// Duty: what was wrong with restored bytes whose checksum is right, as SNAPSHOT_CORRUPT with the file that has them.
// Thread: task workers (restore).
import { FlinkError } from '../core/errors/flink-error.js'
import { parseFileUri } from '../core/fs/file-path.js'
import type { StreamStateHandle } from './state-handles.js'

/** The file that has the bytes of a handle, for errors. */
export function fileOfHandle(handle: StreamStateHandle): string {
  return handle.kind === 'inline' ? '_metadata' : parseFileUri(handle.uri).path
}

/** Where the bytes are: one or more files, and what they are. */
export interface RestoredBytes {
  readonly files: Iterable<string>
  readonly block: string
}

/** An error of reading memory says that the bytes are not what they are taken for. Any other error comes back as it is. */
export function unreadableState(error: unknown, { files, block }: RestoredBytes): unknown {
  const reason = reasonOf(error)
  if (reason === undefined) return error
  return new FlinkError('SNAPSHOT_CORRUPT', { file: [...new Set(files)].join(', '), block, reason }, { cause: error })
}

function reasonOf(error: unknown): string | undefined {
  if (FlinkError.is(error, 'ASSERTION_FAILED')) return String(error.details['what'])
  return error instanceof RangeError ? error.message : undefined
}
