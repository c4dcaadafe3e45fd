// Duty: remembers beside the checkpoints that a job came to its end, so that a later start does not go back to a checkpoint
// from before it.
// Invariants: one small file a job name, replaced as a whole; what cannot be understood is an error, not no mark and not some
// time or other. An end makes history of what its run could have gone on from, and of the run's own checkpoints: not of those
// of a run that lived beside it. Where runs overlapped, the ends of all of them are kept.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { SnapshotHeader } from './checkpoint-metadata.js'
import { markFileOf, textOfMark, writeMark } from './job-mark.js'
import { isStamp } from './stamps.js'

const STATUSES = ['FINISHED', 'CANCELED', 'FAILED'] as const
/** Of runs that overlapped: more than ever live beside each other. */
const MAX_EARLIER_ENDS = 100

/** Which run it was that ended. */
export interface EndedRun {
  readonly jobId: string
  /** The greatest stamp that it found at its start. */
  readonly since: number
  /** The jobs that lived at its start, whose checkpoints it did not go on from. */
  readonly beside: readonly string[]
}

export interface JobEnd {
  /** Stamp of the end. */
  readonly timestamp: number
  /** How it ended; undefined where an earlier version did not say. */
  readonly status?: (typeof STATUSES)[number]
  /** Path of the savepoint that was taken to go on from later. */
  readonly savepoint?: string
  /** Undefined in a mark of an earlier version: all that is older is history. */
  readonly run?: EndedRun
}

export interface EndMark extends JobEnd {
  readonly jobName: string
  /** Ends of which this one does not say all, newest first. */
  readonly earlier: readonly JobEnd[]
}

/** True for a checkpoint that nobody is to go on from, as the job has ended since. */
export function isHistory(
  { jobId, timestamp }: Pick<SnapshotHeader, 'jobId' | 'timestamp'>,
  { earlier, ...last }: EndMark,
): boolean {
  return [last, ...earlier].some(({ run, timestamp: end }) => {
    if (timestamp > end) return false
    return run === undefined || run.jobId === jobId || (timestamp <= run.since && !run.beside.includes(jobId))
  })
}

/** The job of this name has ended and its checkpoints are removed: what its run could have gone on from is history. */
export async function writeEndMark(
  directory: string,
  mark: JobEnd & { readonly jobName: string },
  fileSystems: FileSystems,
): Promise<void> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  const file = markFileOf(path, 'ended', mark.jobName)
  const earlier = (await endsIn(file, mark.jobName, fileSystem)).filter((end) => !saysAllOf(mark, end))
  await writeMark(
    file,
    { ...mark, ...(earlier.length > 0 && { earlier: earlier.slice(0, MAX_EARLIER_ENDS) }) },
    fileSystem,
  )
}

/** The last end of a job of this name; END_MARK_INVALID when that cannot be understood. */
export async function readEndMark(
  jobName: string,
  directory: string,
  fileSystems: FileSystems,
): Promise<EndMark | undefined> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  const file = markFileOf(path, 'ended', jobName)
  const text = await textOfMark(file, fileSystem, (reason) => invalid(file, reason))
  return text === undefined ? undefined : parse(text, jobName, file)
}

/** The path of the mark. */
export function endMarkFile(directory: string, jobName: string, fileSystems: FileSystems): string {
  return markFileOf(fileSystems.forUri(directory).path, 'ended', jobName)
}

/** What is history by `earlier` is so by `later`, too: then one run followed the other, as they mostly do. */
function saysAllOf(later: JobEnd, earlier: JobEnd): boolean {
  const { run } = later
  if (run === undefined) return earlier.timestamp <= later.timestamp
  return earlier.timestamp <= run.since && run.beside.every((jobId) => earlier.run?.beside.includes(jobId) === true)
}

/** A mark that nobody can understand is replaced: the end of this run is what is known for certain. */
async function endsIn(file: string, jobName: string, fileSystem: FileSystem): Promise<JobEnd[]> {
  try {
    const text = await textOfMark(file, fileSystem, (reason) => invalid(file, reason))
    if (text === undefined) return []
    const { earlier, timestamp, status, savepoint, run } = parse(text, jobName, file)
    return [{ timestamp, ...(status && { status }), ...(savepoint && { savepoint }), ...(run && { run }) }, ...earlier]
  } catch (error) {
    if (FlinkError.is(error, 'END_MARK_INVALID')) return []
    throw error
  }
}

function parse(text: string, jobName: string, file: string): EndMark {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(file, messageOf(error), error)
  }
  const fields = fieldsOf(value, file)
  if (fields['jobName'] !== jobName) throw invalid(file, `it is not of the job '${jobName}'`)
  const { earlier = [] } = fields
  if (!Array.isArray(earlier)) throw invalid(file, 'its earlier ends are no list')
  return { jobName, ...endOf(fields, file), earlier: earlier.map((end: unknown) => endOf(fieldsOf(end, file), file)) }
}

function endOf({ timestamp, status, savepoint, run }: Readonly<Record<string, unknown>>, file: string): JobEnd {
  if (!isStamp(timestamp)) throw invalid(file, 'its timestamp is no time in milliseconds')
  const known = STATUSES.find((each) => each === status)
  if (status !== undefined && known === undefined) throw invalid(file, `its status is none of ${STATUSES.join(', ')}`)
  if (savepoint !== undefined && typeof savepoint !== 'string') throw invalid(file, 'its savepoint is no path')
  return {
    timestamp,
    ...(known && { status: known }),
    ...(savepoint !== undefined && { savepoint }),
    ...(run !== undefined && { run: runOf(fieldsOf(run, file), file) }),
  }
}

function runOf({ jobId, since, beside }: Readonly<Record<string, unknown>>, file: string): EndedRun {
  const isRun = typeof jobId === 'string' && Array.isArray(beside) && (since === -1 || isStamp(since))
  if (!isRun) throw invalid(file, 'what it says of the run that ended is incomplete')
  return { jobId, since, beside: beside.map(String) }
}

function fieldsOf(value: unknown, file: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalid(file, 'it holds no object')
  return value as Readonly<Record<string, unknown>>
}

function invalid(path: string, reason: string, cause?: unknown): FlinkError {
  return new FlinkError('END_MARK_INVALID', { path, reason }, { cause })
}
