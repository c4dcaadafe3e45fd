// Duty: deletes a snapshot that a user names, and says which ones are not his to delete.
// Invariants: what is no snapshot is left alone, and of one no file goes that its metadata do not name. A checkpoint of a job
// that lives stays: it may be what that job restarts from, or what its next checkpoints build on.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { deleteForeignSnapshot } from '../../../storage/checkpoint-storage.js'
import { locateSnapshot } from '../../../storage/snapshot-locator.js'

export interface LivingJobs {
  readonly isJobRunning: (jobId: string) => Promise<boolean>
}

export async function disposeOfSnapshot(
  pointer: string,
  services: LivingJobs & { readonly fileSystems: FileSystems },
): Promise<void> {
  const { fileSystems } = services
  const snapshot = await locateSnapshot(pointer, fileSystems)
  await refuseOfLivingJob(snapshot, services)
  await deleteForeignSnapshot(snapshot, fileSystems)
  if (snapshot.link !== undefined) await fileSystems.forUri(snapshot.link).fileSystem.delete(snapshot.link)
}

/** A savepoint is the user's; so is a copy of a checkpoint, under any other name. */
export async function refuseOfLivingJob(
  { metadata, externalPath }: CompletedCheckpoint,
  { isJobRunning }: LivingJobs,
): Promise<void> {
  const { jobId, checkpointId, isSavepoint } = metadata
  if (isSavepoint || !externalPath.endsWith(`/chk-${String(checkpointId)}`) || !(await isJobRunning(jobId))) return
  throw new FlinkError('SNAPSHOT_IN_USE', { path: externalPath, jobId })
}
