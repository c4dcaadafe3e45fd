import { FileSystems } from '../core/fs/file-systems.js'
import { LocalFileSystem } from '../core/fs/local-file-system.js'
import { CheckpointRepository } from '../runtime/jobmanager/checkpoint/checkpoint-repository.js'

/** The file systems of a real process. */
export function defaultFileSystems(): FileSystems {
  return new FileSystems().register('file', new LocalFileSystem())
}

/** Deletes a savepoint; refuses what is none. */
export async function disposeSnapshot(path: string): Promise<void> {
  await CheckpointRepository.dispose(path, defaultFileSystems())
}
