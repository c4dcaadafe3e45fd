// Duty: what runs of a job name before this one left in a directory of checkpoints: headers and marks, no state.
// Invariants: nothing is judged here. What is damaged or cannot be read is left out: whoever wants to go on from a checkpoint
// reads it again and refuses that; a run that starts afresh is not hindered by it.
// Cost: the beginning of the metadata of each checkpoint of the name, and of one a directory of other names.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { SnapshotHeader } from './checkpoint-metadata.js'
import { readCompletionMarks } from './completion-mark.js'
import { readEndMark, type EndMark } from './end-mark.js'
import { readHeaderOf } from './metadata-file.js'
import { checkpointIdOf, JOB_DIRECTORY, METADATA_FILE } from './snapshot-directory.js'

const CONCURRENCY = 8

export interface LeftCheckpoint {
  readonly header: SnapshotHeader
  /** Path of its directory. */
  readonly path: string
}

export interface Predecessors {
  /** Completed checkpoints of the name. */
  readonly checkpoints: readonly LeftCheckpoint[]
  readonly end: EndMark | undefined
  /** The runs that made them, and those that made a directory in which nothing says whose it is. */
  readonly jobIds: ReadonlySet<string>
  /** Of checkpoints and marks. */
  readonly stamps: readonly number[]
}

export async function findPredecessors(
  directory: string,
  jobName: string,
  fileSystems: FileSystems,
): Promise<Predecessors> {
  const { fileSystem, path: parent } = fileSystems.forUri(directory)
  const names = (await fileSystem.list(parent)).map(({ name }) => name).filter((name) => JOB_DIRECTORY.test(name))
  const left = [parent, ...names.map((name) => `${parent}/${name}`)].values()
  const checkpoints: LeftCheckpoint[] = []
  const jobIds = new Set<string>()
  const end = await orUndefined(readEndMark(jobName, directory, fileSystems))
  const stamps = end === undefined ? [] : stampsOf(end)
  const lookAtNext = async (): Promise<void> => {
    for (const at of left) {
      const found = await orUndefined(lookAt(at, { parent, jobName, fileSystem }))
      if (found === undefined) continue
      checkpoints.push(...found.checkpoints)
      stamps.push(...found.stamps)
      for (const jobId of found.jobIds) jobIds.add(jobId)
      if (found.isUnknown) jobIds.add(path.basename(at))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lookAtNext))
  for (const { header } of checkpoints) {
    stamps.push(header.timestamp)
    jobIds.add(header.jobId)
  }
  return { checkpoints, end, jobIds, stamps }
}

function stampsOf({ timestamp, earlier }: EndMark): number[] {
  return [timestamp, ...earlier.map((end) => end.timestamp)]
}

interface Found {
  readonly checkpoints: readonly LeftCheckpoint[]
  readonly jobIds: readonly string[]
  readonly stamps: readonly number[]
  /** Neither a checkpoint nor a mark says whose directory it is. */
  readonly isUnknown: boolean
}

interface Look {
  /** The directory of all jobs, in which checkpoints of several may lie. */
  readonly parent: string
  readonly jobName: string
  readonly fileSystem: FileSystem
}

async function lookAt(directory: string, { parent, jobName, fileSystem }: Look): Promise<Found> {
  const marks = (await readCompletionMarks(directory, fileSystem)).filter((mark) => mark !== undefined)
  const ours = marks.filter((mark) => mark.jobName === jobName)
  const stamps = ours.flatMap(({ timestamp, newest }) => [timestamp, ...(newest ? [newest.timestamp] : [])])
  const jobIds = ours.map(({ jobId }) => jobId)
  // In a run's own directory all are of one name; its mark, when there is one, has said which.
  if (directory !== parent && marks.length > 0 && ours.length === 0)
    return { checkpoints: [], jobIds, stamps, isUnknown: false }
  const ids = (await fileSystem.list(directory)).flatMap(({ name }) => checkpointIdOf(name) ?? [])
  const checkpoints: LeftCheckpoint[] = []
  let isUnknown = directory !== parent && marks.length === 0
  for (const id of ids) {
    const at = `${directory}/chk-${String(id)}`
    const header = await orUndefined(readHeaderOf(`${at}/${METADATA_FILE}`, fileSystem))
    if (header === undefined) continue
    isUnknown = false
    if (header.jobName === jobName) checkpoints.push({ header, path: at })
  }
  return { checkpoints, jobIds, stamps, isUnknown }
}

async function orUndefined<T>(reading: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (FlinkError.is(error)) return undefined
    throw error
  }
}
