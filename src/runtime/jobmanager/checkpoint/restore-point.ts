// Duty: which snapshot a run starts from: the one that was named, or the newest checkpoint that its predecessors left.
// Invariants: what was named is used or refused. Where none was named, only checkpoints of the same job name are taken,
// none from before that job came to its end, and none whose job still runs. Where checkpoints are there and none can be
// used the start is refused: starting at zero is somebody's decision. Where the newest cannot be used an older one is
// taken, and the log says what that costs.
// Thread: main thread.
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { toFileUri } from '../../../core/fs/file-path.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { endMarkFile, isHistory, readEndMark, type EndMark } from '../../../storage/end-mark.js'
import { findLatestCheckpoint, type LatestCheckpoint } from '../../../storage/latest-checkpoint.js'
import type { Predecessors } from '../../../storage/predecessors.js'
import { openSnapshot, refusalNamingSnapshots } from '../../../storage/snapshot-locator.js'
import { verifyState } from '../../../storage/snapshot-verification.js'
import type { JobEnvironment } from '../job-environment.js'

export interface RestorePoint {
  readonly checkpoint: CompletedCheckpoint | undefined
  /** What the user should be warned of, a line each. */
  readonly notes: readonly string[]
  /** What was chosen, or is begun afresh, and how to have it otherwise; undefined where that is what everybody expects. */
  readonly choice?: string
}

export interface RestorePointInput {
  /** A snapshot, a job's directory of checkpoints, or a directory of such directories. */
  readonly named: string | undefined
  /** Where this job's checkpoints go, when they go into files. */
  readonly directory: string | undefined
  /** What lies there. */
  readonly predecessors: Predecessors
  readonly isJobRunning: (jobId: string) => Promise<boolean>
}

export const NO_RESTORE_POINT: RestorePoint = { checkpoint: undefined, notes: [] }
const START_AFRESH = `To start afresh: -D ${SavepointOptions.RECOVER_FROM_LATEST.key}=false`

export async function findRestorePoint(environment: JobEnvironment, input: RestorePointInput): Promise<RestorePoint> {
  const { named, directory } = input
  if (named !== undefined) return openNamed(named, environment, input)
  if (directory === undefined) return NO_RESTORE_POINT
  const { configuration } = environment
  if (configuration.get(SavepointOptions.RECOVER_FROM_LATEST)) {
    return newestOfPredecessors(directory, environment, input)
  }
  const isDecided = configuration.getOptional(SavepointOptions.RECOVER_FROM_LATEST) !== undefined
  return isDecided ? NO_RESTORE_POINT : afreshBesideNewest(input)
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
  { fileSystems, logger }: JobEnvironment,
  { isJobRunning }: RestorePointInput,
): Promise<RestorePoint> {
  try {
    const checkpoint = await openSnapshot(named, fileSystems)
    const ofDrained = notesOfDrained(checkpoint)
    for (const note of ofDrained) logger.warn(note)
    return { checkpoint, notes: [...ofDrained, ...(await notesOfLiving(checkpoint, isJobRunning))] }
  } catch (error) {
    if (!FlinkError.is(error, 'SNAPSHOT_METADATA_MISSING')) throw error
    const { checkpoint, damaged } = await findLatestCheckpoint(named, { fileSystems, isJobRunning })
    if (checkpoint === undefined && damaged.length === 0) throw await refusalNamingSnapshots(named, fileSystems)
    if (checkpoint === undefined) throw unusable(named, damaged, 'Name another snapshot with -s, or start without -s.')
    const notes = notesOf(damaged, checkpoint)
    const which = notes.length > 0 ? 'the newest usable checkpoint' : 'the newest checkpoint'
    const choice = `The job goes on from ${checkpoint.externalPath}, ${which} in ${named}.`
    return { checkpoint, notes: [...notes, ...(await notesOfLiving(checkpoint, isJobRunning))], choice }
  }
}

/** As Flink allows it, so it is done; who meant the job that was to be replaced learns that it was not. */
async function notesOfLiving(
  { metadata: { jobId, isSavepoint }, externalPath }: CompletedCheckpoint,
  isJobRunning: (jobId: string) => Promise<boolean>,
): Promise<string[]> {
  if (isSavepoint || !(await isJobRunning(jobId))) return []
  const meaning = 'from now on both process the same input and write the same output'
  return [
    `Job ${jobId}, to which ${externalPath} belongs, still runs: ${meaning}. If this one is to replace it, cancel that one.`,
  ]
}

/** As Flink allows it, so it is done: where no more input comes it is right, too. */
function notesOfDrained({ metadata: { isDrained }, externalPath }: CompletedCheckpoint): string[] {
  if (isDrained !== true) return []
  return [
    `${externalPath} is the savepoint of a job that was drained (stop --drain): event time had come to its end, so all windows and ` +
      'timers had fired. Records that come from now on begin them anew, and results may be wrong. To go on with more input, start from ' +
      'a savepoint that was taken without --drain.',
  ]
}

async function newestOfPredecessors(
  directory: string,
  environment: JobEnvironment,
  input: RestorePointInput,
): Promise<RestorePoint> {
  const { jobGraph, fileSystems } = environment
  const end = await readEndMark(jobGraph.name, directory, fileSystems)
  if (end !== undefined) refuseEndToCome(end, environment, input)
  const { checkpoint, damaged, incomplete } = await searched(directory, end, environment, input.isJobRunning)
  if (checkpoint === undefined && damaged.length > 0) throw unusable(directory, damaged, `${START_AFRESH}.`)
  if (checkpoint === undefined) return afresh(end === undefined ? choiceOfIncomplete(incomplete) : choiceOfEnd(end))
  const { externalPath } = checkpoint
  const { jobId } = checkpoint.metadata
  if (await input.isJobRunning(jobId)) {
    const note = `The newest checkpoint, ${externalPath}, belongs to job ${jobId}, which runs: this one starts afresh.`
    return { checkpoint: undefined, notes: [note] }
  }
  const notes = notesOf(damaged, checkpoint)
  const which = notes.length > 0 ? 'its newest usable checkpoint' : 'its newest checkpoint'
  return { checkpoint, notes, choice: `The job goes on from ${externalPath}, ${which}. ${START_AFRESH}` }
}

/**
 * An earlier version said of an end only when it was: where that is yet to come by the clock, that one or this is wrong, and
 * nobody knows which checkpoints are older.
 */
function refuseEndToCome(
  end: EndMark,
  { clock, jobGraph, fileSystems }: JobEnvironment,
  { directory = '', predecessors }: RestorePointInput,
): void {
  if (end.run !== undefined || end.timestamp <= clock.now()) return
  if (!predecessors.checkpoints.some(({ header }) => isHistory(header, end))) return
  const [at, now] = [end.timestamp, clock.now()].map((time) => new Date(time).toISOString())
  const reason = `it says ${String(at)}, and by the clock of this machine it is ${String(now)}`
  throw new FlinkError('END_MARK_INVALID', { path: endMarkFile(directory, jobGraph.name, fileSystems), reason })
}

/** Nobody asked for the newest checkpoint; who did not know that he has to ask learns it. */
async function afreshBesideNewest({ predecessors, isJobRunning }: RestorePointInput): Promise<RestorePoint> {
  const { end } = predecessors
  const left = predecessors.checkpoints.filter(({ header }) => end === undefined || !isHistory(header, end))
  const [newest] = left.toSorted((one, other) => other.header.timestamp - one.header.timestamp)
  if (newest === undefined || (await isJobRunning(newest.header.jobId))) return NO_RESTORE_POINT
  const path = toFileUri(newest.path)
  const ways = `-s ${path}, or always from the newest with -D ${SavepointOptions.RECOVER_FROM_LATEST.key}=true`
  return afresh(
    `The job starts afresh. An earlier run of its name left the checkpoint ${path}. To go on from it: ${ways}`,
  )
}

function afresh(choice: string | undefined): RestorePoint {
  return { ...NO_RESTORE_POINT, ...(choice !== undefined && { choice }) }
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
      isWanted: (header) => header.jobName === jobGraph.name && !(end !== undefined && isHistory(header, end)),
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
function choiceOfEnd({ status, savepoint, timestamp }: EndMark): string | undefined {
  const when = new Date(timestamp).toISOString()
  if (savepoint !== undefined) {
    const how = status === 'CANCELED' ? 'cancelled' : 'stopped'
    return `The job starts afresh: it was ${how} with savepoint ${savepoint} at ${when}. To go on from that: -s ${savepoint}`
  }
  if (status !== 'CANCELED' && status !== 'FAILED') return undefined
  const how = status === 'CANCELED' ? 'was cancelled' : 'failed'
  return `The job starts afresh: it ${how} at ${when}, and its checkpoints were removed then, as its configuration says.`
}

/** An earlier run died before its first checkpoint was complete; or was one of an earlier version, which left no mark of it. */
function choiceOfIncomplete([first]: readonly string[]): string | undefined {
  if (first === undefined) return undefined
  return `The job starts at zero: no checkpoint is complete in its directory. ${first} has no _metadata.`
}
