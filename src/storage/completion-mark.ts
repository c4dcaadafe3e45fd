// Duty: remembers in the directory of a run's checkpoints that one of them has been complete. From then on there is always
// one, so where none is found any more they were lost, and have not been missing all along: of checkpoints that never
// completed a crash leaves the same `chk-<n>` without metadata.
// Invariants: written after the first checkpoint is durable; removed before the last one is removed on purpose (the run ends
// for good, a user disposes of it, a later run that claimed it has newer ones). What cannot be understood counts as of now.
// Thread: main thread.
import path from 'node:path'
import type { FileSystem } from '../core/fs/file-system.js'
import { isMarkFile, markFileOf, removeMark, writeMark } from './job-mark.js'
import { checkpointIdOf, METADATA_FILE } from './snapshot-directory.js'

export interface CompletionMark {
  readonly jobName: string
  readonly jobId: string
  /** Epoch ms of the first checkpoint that was completed. */
  readonly timestamp: number
}

export async function writeCompletionMark(
  directory: string,
  { jobName, jobId, timestamp }: CompletionMark,
  fileSystem: FileSystem,
): Promise<void> {
  await writeMark(markFileOf(directory, 'completed', jobName), { jobName, jobId, timestamp }, fileSystem)
}

export async function removeCompletionMark(directory: string, jobName: string, fileSystem: FileSystem): Promise<void> {
  await removeMark(markFileOf(directory, 'completed', jobName), fileSystem)
}

/** `checkpoint` is about to be removed on purpose: takes the mark away where it is the last one beside it. */
export async function removeMarkWithLast(
  checkpointDirectory: string,
  jobName: string,
  fileSystem: FileSystem,
): Promise<void> {
  if (checkpointIdOf(path.basename(checkpointDirectory)) === undefined) return
  const directory = path.dirname(checkpointDirectory)
  for (const { name } of await fileSystem.list(directory)) {
    if (checkpointIdOf(name) === undefined || name === path.basename(checkpointDirectory)) continue
    if ((await fileSystem.status(`${directory}/${name}/${METADATA_FILE}`)) !== undefined) return
  }
  await removeCompletionMark(directory, jobName, fileSystem)
}

/** The marks in a directory of checkpoints; undefined for one that cannot be understood. */
export async function readCompletionMarks(
  directory: string,
  fileSystem: FileSystem,
): Promise<(CompletionMark | undefined)[]> {
  const marks: (CompletionMark | undefined)[] = []
  for (const { name, path: file, isPlainFile } of await fileSystem.list(directory)) {
    if (!isPlainFile || !isMarkFile(name, 'completed')) continue
    marks.push(understood(new TextDecoder().decode(await fileSystem.readFile(file))))
  }
  return marks
}

function understood(text: string): CompletionMark | undefined {
  try {
    const { jobName, jobId, timestamp } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof jobName !== 'string' || typeof jobId !== 'string' || typeof timestamp !== 'number') return undefined
    return { jobName, jobId, timestamp }
  } catch {
    return undefined
  }
}
