import type { RunDirectory } from '../client/run-directory.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { disposeOfSnapshot } from '../runtime/jobmanager/checkpoint/snapshot-disposal.js'

/** Deletes a snapshot; refuses what is none, and a checkpoint of a job that lives. */
export async function disposeSnapshot(
  path: string,
  runDirectory: RunDirectory,
  fileSystems: FileSystems,
): Promise<void> {
  await disposeOfSnapshot(path, { fileSystems, isJobRunning: (jobId) => runDirectory.isJobRunning(jobId) })
}
