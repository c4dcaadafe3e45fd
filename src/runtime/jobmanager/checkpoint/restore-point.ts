// Duty: which snapshot a run starts from: the one that was named, or the newest checkpoint that its predecessors left.
// Invariants: what was named is used or refused. Unasked, only checkpoints of the same job name are taken, none from before
// that job came to its end, and none whose job still runs. Where checkpoints are there and none can be used the start is
// refused: starting at zero is somebody's decision. An older one than the newest is taken, and that is told with its cost.
// Thread: main thread.
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { readEndMark, type EndMark } from '../../../storage/end-mark.js'
import { findLatestCheckpoint, type LatestCheckpoint } from '../../../storage/latest-checkpoint.js'
import { openSnapshot } from '../../../storage/snapshot-locator.js'
import { verifyState } from '../../../storage/snapshot-verification.js'
import type { JobEnvironment } from '../job-environment.js'

export interface RestorePoint {
  readonly checkpoint: CompletedCheckpoint | undefined
  /** What the user should know about the choice, a line each. */
  readonly notes: readonly string[]
}

export interface RestorePointInput {
  /** A snapshot, a job's directory of checkpoints, or a directory of such directories. */
  readonly named: string | undefined
  /** Where this job's checkpoints go, when they go into files. */
  readonly directory: string | undefined
  readonly isJobRunning: (jobId: string) => Promise<boolean>
}

const NOTHING: RestorePoint = { checkpoint: undefined, notes: [] }
const START_AFRESH = `To start afresh: -D ${SavepointOptions.RECOVER_FROM_LATEST.key}=false`

export async function findRestorePoint(environment: JobEnvironment, input: RestorePointInput): Promise<RestorePoint> {
  const { named, directory } = input
  if (named !== undefined) return openNamed(named, environment, input)
  const isWanted = environment.configuration.get(SavepointOptions.RECOVER_FROM_LATEST)
  return isWanted && directory !== undefined ? newestOfPredecessors(directory, environment, input) : NOTHING
}

/** What the user named fits or is refused; of what he did not name he has to be told how it came to be taken. */
export function refusalOfUnfit(
  error: unknown,
  { externalPath: path }: CompletedCheckpoint,
  jobName: string,
  { named, directory }: RestorePointInput,
): unknown {
  if (named !== undefined || directory === undefined || !FlinkError.is(error)) return error
  const advice = `${START_AFRESH}. A job that is another one needs another name.`
  const reason = error.message
  return new FlinkError('LATEST_CHECKPOINT_UNFIT', { path, directory, jobName, reason, advice }, { cause: error })
}

async function openNamed(
  named: string,
  { fileSystems }: JobEnvironment,
  { isJobRunning }: RestorePointInput,
): Promise<RestorePoint> {
  try {
    return { checkpoint: await openSnapshot(named, fileSystems), notes: [] }
  } catch (error) {
    if (!FlinkError.is(error, 'SNAPSHOT_METADATA_MISSING')) throw error
    const { checkpoint, damaged } = await findLatestCheckpoint(named, { fileSystems, isJobRunning })
    if (checkpoint === undefined && damaged.length === 0) throw error
    if (checkpoint === undefined) throw unusable(named, damaged, 'Name another snapshot with -s, or start without -s.')
    const goesOn = `The job goes on from ${checkpoint.externalPath}, the newest `
    const notes = notesOf(damaged, checkpoint)
    return { checkpoint, notes: [...notes, `${goesOn}${notes.length > 0 ? 'usable ' : ''}checkpoint in ${named}.`] }
  }
}

async function newestOfPredecessors(
  directory: string,
  environment: JobEnvironment,
  { isJobRunning }: RestorePointInput,
): Promise<RestorePoint> {
  const { jobGraph, fileSystems } = environment
  const end = await readEndMark(jobGraph.name, directory, fileSystems)
  const { checkpoint, damaged, incomplete } = await searched(directory, end, environment, isJobRunning)
  if (checkpoint === undefined && damaged.length > 0) throw unusable(directory, damaged, `${START_AFRESH}.`)
  if (checkpoint === undefined)
    return { checkpoint, notes: end === undefined ? notesOfIncomplete(incomplete) : notesOfEnd(end) }
  const { externalPath } = checkpoint
  const { jobId } = checkpoint.metadata
  if (await isJobRunning(jobId)) {
    const note = `The newest checkpoint, ${externalPath}, belongs to job ${jobId}, which runs: this one starts afresh.`
    return { checkpoint: undefined, notes: [note] }
  }
  const notes = notesOf(damaged, checkpoint)
  const which = notes.length > 0 ? 'its newest usable checkpoint' : 'its newest checkpoint'
  return { checkpoint, notes: [...notes, `The job goes on from ${externalPath}, ${which}. ${START_AFRESH}`] }
}

async function searched(
  directory: string,
  end: EndMark | undefined,
  { jobGraph, fileSystems }: JobEnvironment,
  isJobRunning: RestorePointInput['isJobRunning'],
): Promise<LatestCheckpoint> {
  try {
    return await findLatestCheckpoint(directory, {
      fileSystems,
      isJobRunning,
      isWanted: (header) => header.jobName === jobGraph.name && header.timestamp > (end?.timestamp ?? -Infinity),
      // What a job that lives is about to remove is not read: nobody goes on from it.
      verify: async ({ metadata }) => {
        if (!(await isJobRunning(metadata.jobId))) await verifyState(metadata, fileSystems)
      },
    })
  } catch (error) {
    if (FlinkError.is(error)) throw unusable(directory, [error], `${START_AFRESH}.`)
    throw error
  }
}

function unusable(directory: string, [first, ...others]: readonly FlinkError[], advice: string): FlinkError {
  const more = others.length > 0 ? ` ${String(others.length)} more cannot be used either.` : ''
  const reasons = `${first?.message ?? ''}${more}`
  return new FlinkError('SNAPSHOTS_UNUSABLE', { directory, reasons, advice }, { cause: first })
}

/** What was passed over, and what it costs that `checkpoint` is not the newest. */
export function notesOf(damaged: readonly FlinkError[], checkpoint: CompletedCheckpoint): string[] {
  if (damaged.length === 0) return []
  const { checkpointId, timestamp } = checkpoint.metadata
  const taken = `checkpoint ${String(checkpointId)} of ${new Date(timestamp).toISOString()}`
  const cost =
    `The job goes back to the older ${taken}: what came after it is processed again, and what was put out and ` +
    'committed since comes out twice.'
  return [...damaged.map(({ message }) => `A checkpoint was passed over. ${message}`), cost]
}

/** That it finished is what everybody expects; what else it was somebody may have forgotten. */
function notesOfEnd(end: EndMark): string[] {
  if (end.status !== 'CANCELED' && end.status !== 'FAILED') return []
  const how = end.status === 'CANCELED' ? 'was cancelled' : 'failed'
  const when = new Date(end.timestamp).toISOString()
  return [
    `The job starts afresh: it ${how} at ${when}, and its checkpoints were removed then, as its configuration says.`,
  ]
}

/** An earlier run died before its first checkpoint was complete; or was one of an earlier version, which left no mark of it. */
function notesOfIncomplete([first]: readonly string[]): string[] {
  if (first === undefined) return []
  return [`The job starts at zero: no checkpoint is complete in its directory. ${first} has no _metadata.`]
}
