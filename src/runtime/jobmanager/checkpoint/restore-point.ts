// Duty: which snapshot a run starts from: the one that was named, or the newest checkpoint that its predecessors left.
// Invariants: what was named is used or refused. Unasked, only checkpoints of the same job name are taken, none from before
// that job came to its end, and none whose job still runs.
// Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { lastEndOf } from '../../../storage/end-mark.js'
import { findLatestCheckpoint, openSnapshot } from '../../../storage/snapshot-locator.js'

export interface RestorePoint {
  readonly checkpoint: CompletedCheckpoint | undefined
  /** What the user should know about the choice. */
  readonly note: string | undefined
}

export interface RestorePointInput {
  /** A snapshot, a job's directory of checkpoints, or a directory of such directories. */
  readonly named: string | undefined
  readonly jobName: string
  readonly configuration: Configuration
  /** Where this job's checkpoints go, when they go into files. */
  readonly directory: string | undefined
  readonly isJobRunning: (jobId: string) => Promise<boolean>
  readonly fileSystems: FileSystems
  readonly logger: Logger
}

const NOTHING: RestorePoint = { checkpoint: undefined, note: undefined }

export async function findRestorePoint(input: RestorePointInput): Promise<RestorePoint> {
  const { named, configuration, directory } = input
  if (named !== undefined) return openNamed(named, input)
  const isWanted = configuration.get(SavepointOptions.RECOVER_FROM_LATEST)
  return isWanted && directory !== undefined ? newestOfPredecessors(directory, input) : NOTHING
}

async function openNamed(named: string, input: RestorePointInput): Promise<RestorePoint> {
  try {
    return { checkpoint: await openSnapshot(named, input.fileSystems), note: undefined }
  } catch (error) {
    if (!FlinkError.is(error, 'SNAPSHOT_METADATA_MISSING')) throw error
    const checkpoint = await findLatestCheckpoint(named, input.fileSystems, tellDamage(input.logger))
    if (checkpoint === undefined) throw error
    return { checkpoint, note: `The job goes on from ${checkpoint.externalPath}, the newest checkpoint in ${named}.` }
  }
}

async function newestOfPredecessors(directory: string, input: RestorePointInput): Promise<RestorePoint> {
  const { jobName, fileSystems, logger, isJobRunning } = input
  const endedAt = await lastEndOf(jobName, directory, fileSystems)
  const checkpoint = await findLatestCheckpoint(directory, fileSystems, tellDamage(logger), (metadata) => {
    return metadata.jobName === jobName && metadata.timestamp > endedAt
  })
  if (checkpoint === undefined) return NOTHING
  const { externalPath } = checkpoint
  const { jobId } = checkpoint.metadata
  if (await isJobRunning(jobId)) {
    const note = `The newest checkpoint, ${externalPath}, belongs to job ${jobId}, which runs: this one starts afresh.`
    return { checkpoint: undefined, note }
  }
  const key = SavepointOptions.RECOVER_FROM_LATEST.key
  const note = `The job goes on from ${externalPath}, its newest checkpoint. To start afresh: -D ${key}=false`
  return { checkpoint, note }
}

function tellDamage(logger: Logger): (error: Error) => void {
  return (error) => {
    logger.warn('a damaged checkpoint was passed over', { reason: error.message })
  }
}
