// Duty: remembers beside the checkpoints that a job came to its end, so that a later start does not go back to a checkpoint
// from before it.
// Invariants: one small file a job name, replaced as a whole; what cannot be understood is an error, not no mark and not some
// time or other.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { markFileOf, writeMark } from './job-mark.js'

const STATUSES = ['FINISHED', 'CANCELED', 'FAILED'] as const
const MAX_SIZE_BYTES = 1_048_576

export interface EndMark {
  readonly jobName: string
  /** Epoch ms of the end. */
  readonly timestamp: number
  /** How it ended; undefined where an earlier version did not say. */
  readonly status?: (typeof STATUSES)[number]
}

/** The job of this name has ended and its checkpoints were removed: older ones of that name are history. */
export async function writeEndMark(directory: string, mark: EndMark, fileSystems: FileSystems): Promise<void> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  await writeMark(markFileOf(path, 'ended', mark.jobName), mark, fileSystem)
}

/** The last end of a job of this name; END_MARK_INVALID when that cannot be understood. */
export async function readEndMark(
  jobName: string,
  directory: string,
  fileSystems: FileSystems,
): Promise<EndMark | undefined> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  const file = markFileOf(path, 'ended', jobName)
  const text = await textOf(file, fileSystem)
  return text === undefined ? undefined : parse(text, jobName, file)
}

async function textOf(file: string, fileSystem: FileSystem): Promise<string | undefined> {
  const status = await fileSystem.status(file)
  if (status === undefined) return undefined
  if (!status.isPlainFile) throw invalid(file, 'it is no plain file')
  if (status.sizeBytes > MAX_SIZE_BYTES) throw invalid(file, `it has ${String(status.sizeBytes)} bytes`)
  return new TextDecoder().decode(await fileSystem.readFile(file))
}

function parse(text: string, jobName: string, file: string): EndMark {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(file, messageOf(error), error)
  }
  if (typeof value !== 'object' || value === null) throw invalid(file, 'it holds no object')
  const { jobName: name, timestamp, status } = value as Record<string, unknown>
  if (name !== jobName) throw invalid(file, `it is not of the job '${jobName}'`)
  if (typeof timestamp !== 'number' || !(timestamp >= 0))
    throw invalid(file, 'its timestamp is no number of milliseconds')
  const known = STATUSES.find((each) => each === status)
  if (status !== undefined && known === undefined) throw invalid(file, `its status is none of ${STATUSES.join(', ')}`)
  return { jobName, timestamp, ...(known && { status: known }) }
}

function invalid(path: string, reason: string, cause?: unknown): FlinkError {
  return new FlinkError('END_MARK_INVALID', { path, reason }, { cause })
}
