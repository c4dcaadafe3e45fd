// Duty: deletes a snapshot that a user names, and says which ones are not his to delete.
// Invariants: what is no snapshot is left alone, and of one no file goes that its metadata do not name. A checkpoint of a job
// that lives, or that one has claimed, stays: it may be what that job restarts from, or what its next checkpoints build on.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { claimantOf } from '../../../storage/claim-mark.js'
import { deleteForeignSnapshot } from '../../../storage/checkpoint-storage.js'
import { locateSnapshot } from '../../../storage/snapshot-locator.js'

export interface LivingJobs {
  readonly isJobRunning: (jobId: string) => Promise<boolean>
}

type LivingJobsBeside = LivingJobs & { readonly fileSystems: FileSystems }

export async function disposeOfSnapshot(pointer: string, services: LivingJobsBeside): Promise<void> {
  const { fileSystems } = services
  const snapshot = await locateSnapshot(pointer, fileSystems)
  await refuseOfLivingJob(snapshot, services)
  await deleteForeignSnapshot(snapshot, fileSystems)
  if (snapshot.link !== undefined) await fileSystems.forUri(snapshot.link).fileSystem.delete(snapshot.link)
}

export async function refuseOfLivingJob(
  snapshot: CompletedCheckpoint,
  { isJobRunning, fileSystems }: LivingJobsBeside,
): Promise<void> {
  for (const jobId of await ownersOf(snapshot, fileSystems)) {
    if (await isJobRunning(jobId)) throw new FlinkError('SNAPSHOT_IN_USE', { path: snapshot.externalPath, jobId })
  }
}

/** A savepoint is the user's, until a job claims it; so is a copy of a checkpoint, under any other name. */
async function ownersOf(snapshot: CompletedCheckpoint, fileSystems: FileSystems): Promise<string[]> {
  const { jobId, checkpointId, isSavepoint } = snapshot.metadata
  const isOfItsJob = !isSavepoint && snapshot.externalPath.endsWith(`/chk-${String(checkpointId)}`)
  const claimant = await claimantOf(snapshot, fileSystems)
  return [...(isOfItsJob ? [jobId] : []), ...(claimant === undefined ? [] : [claimant])]
}
