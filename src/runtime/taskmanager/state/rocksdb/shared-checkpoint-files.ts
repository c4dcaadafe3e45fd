// Duty: the files of a store that a checkpoint has written, or named again, and that a later one may name.
// Thread: the task worker that owns the backend.
import type { KeyedStateHandle, StreamStateHandle } from '../../../../storage/state-handles.js'
import type { FilesManifest } from './files-manifest.js'

export interface SharedCheckpointFile {
  readonly handle: StreamStateHandle
  /** How many checkpoints one after the other have named it. */
  readonly namings: number
}

export interface CheckpointInFiles {
  readonly handle: KeyedStateHandle
  readonly manifest: FilesManifest
}

/** By the names that the store has for them. */
export type SharedCheckpointFiles = ReadonlyMap<string, SharedCheckpointFile>

/** Of a checkpoint as it was restored. For how long small files lay in its metadata is not known: from here on they may again. */
export function sharedFilesOf({
  handle: { backendFiles },
  manifest: { shared },
}: CheckpointInFiles): SharedCheckpointFiles {
  const files = (backendFiles?.files ?? []).filter((_, index) => shared[index] === true)
  return new Map(files.map(({ name, handle }) => [name, { handle, namings: 1 }]))
}

export const NO_SHARED_FILES: SharedCheckpointFiles = new Map()
