// Duty: remembers in the directory of a run's checkpoints that one of them has been complete, and which is the newest. From
// then on that one is to be there: where it is not it was lost, and has not been missing all along, as of checkpoints that
// never completed a crash leaves the same `chk-<n>` without metadata.
// Invariants: the mark is written after the first checkpoint is durable; removed before the last one is removed on purpose (the
// run ends for good, a user disposes of it, a later run that claimed it has newer ones). What cannot be understood or read
// counts as of now. Which is the newest is a hint beside the mark, written after each checkpoint: one that is stale names an
// older checkpoint than there is, one that a crash has spoilt says nothing, so neither is ever a false word.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { ReasonError } from '../core/errors/reason-error.js'
import { parentOf } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import { isMarkFile, markFileOf, removeMark, textOfMark, writeHint, writeMark } from './job-mark.js'
import { checkpointIdOf, METADATA_FILE } from './snapshot-directory.js'
import { isStamp } from './stamps.js'

export interface CompletionMark {
  readonly jobName: string
  readonly jobId: string
  /** Stamp of the first checkpoint that was completed. */
  readonly timestamp: number
  readonly newest?: NewestCheckpoint
}

export interface NewestCheckpoint {
  readonly checkpointId: number
  readonly timestamp: number
}

type OfJob = Pick<CompletionMark, 'jobName' | 'jobId'>

export async function writeCompletionMark(
  directory: string,
  { jobName, jobId, timestamp }: CompletionMark,
  fileSystem: FileSystem,
): Promise<void> {
  await writeMark(markFileOf(directory, 'completed', jobName), { jobName, jobId, timestamp }, fileSystem)
}

/** This checkpoint is durable, and the newest. */
export async function writeNewest(
  directory: string,
  { jobName, jobId, checkpointId, timestamp }: OfJob & NewestCheckpoint,
  fileSystem: FileSystem,
): Promise<void> {
  const content = { jobName, jobId, checkpointId, timestamp }
  await writeHint(markFileOf(directory, 'newest', jobName), content, fileSystem)
}

export async function removeCompletionMark(directory: string, jobName: string, fileSystem: FileSystem): Promise<void> {
  for (const kind of ['newest', 'completed'] as const) {
    await removeMark(markFileOf(directory, kind, jobName), fileSystem)
  }
}

/** `checkpoint` is about to be removed on purpose: nobody is to expect it, nor any where it is the last one beside it. */
export async function unmarkRemoved(
  checkpointDirectory: string,
  jobName: string,
  fileSystem: FileSystem,
): Promise<void> {
  const checkpointId = checkpointIdOf(path.basename(checkpointDirectory))
  if (checkpointId === undefined) return
  const directory = parentOf(checkpointDirectory)
  const left: number[] = []
  for (const { name } of await fileSystem.list(directory)) {
    const id = checkpointIdOf(name)
    if (id === undefined || id === checkpointId) continue
    if ((await fileSystem.status(`${directory}/${name}/${METADATA_FILE}`)) !== undefined) left.push(id)
  }
  if (left.length === 0) await removeCompletionMark(directory, jobName, fileSystem)
  else if (left.every((id) => id < checkpointId)) await removeMark(markFileOf(directory, 'newest', jobName), fileSystem)
}

/** The marks in a directory of checkpoints; undefined for one that cannot be understood. */
export async function readCompletionMarks(
  directory: string,
  fileSystem: FileSystem,
): Promise<(CompletionMark | undefined)[]> {
  const marks: (CompletionMark | undefined)[] = []
  for (const { name, path: file } of await fileSystem.list(directory)) {
    if (!isMarkFile(name, 'completed')) continue
    const mark = completionOf(await fieldsIn(file, fileSystem))
    marks.push(mark && { ...mark, ...(await newestOf(mark, directory, fileSystem)) })
  }
  return marks
}

function completionOf({ jobName, jobId, timestamp }: Readonly<Record<string, unknown>>): CompletionMark | undefined {
  const isUnderstood = typeof jobName === 'string' && typeof jobId === 'string' && isStamp(timestamp)
  return isUnderstood ? { jobName, jobId, timestamp } : undefined
}

async function newestOf(
  { jobName, jobId }: OfJob,
  directory: string,
  fileSystem: FileSystem,
): Promise<Required<Pick<CompletionMark, 'newest'>> | undefined> {
  const hint = await fieldsIn(markFileOf(directory, 'newest', jobName), fileSystem)
  const { checkpointId, timestamp } = hint
  // Where several runs share a directory it may be another's.
  if (hint['jobName'] !== jobName || hint['jobId'] !== jobId) return undefined
  const isUnderstood = typeof checkpointId === 'number' && Number.isSafeInteger(checkpointId) && isStamp(timestamp)
  return isUnderstood ? { newest: { checkpointId, timestamp } } : undefined
}

/** Empty for what is not there, cannot be read or is no object. */
async function fieldsIn(file: string, fileSystem: FileSystem): Promise<Readonly<Record<string, unknown>>> {
  try {
    const text = await textOfMark(file, fileSystem, (reason) => new ReasonError(reason))
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ReasonError || FlinkError.is(error)) return {}
    throw error
  }
}
