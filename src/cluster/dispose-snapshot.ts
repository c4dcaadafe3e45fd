import type { RunDirectory } from '../client/run-directory.js'
import { FileSystems } from '../core/fs/file-systems.js'
import { LocalFileSystem } from '../core/fs/local-file-system.js'
import { disposeOfSnapshot } from '../runtime/jobmanager/checkpoint/snapshot-disposal.js'

/** The file systems of a real process. */
export function defaultFileSystems(): FileSystems {
  return new FileSystems().register('file', new LocalFileSystem())
}

/** Deletes a snapshot; refuses what is none, and a checkpoint of a job that lives. */
export async function disposeSnapshot(
  path: string,
  runDirectory: RunDirectory,
  fileSystems: FileSystems = defaultFileSystems(),
): Promise<void> {
  await disposeOfSnapshot(path, { fileSystems, isJobRunning: (jobId) => runDirectory.isJobRunning(jobId) })
}
