// Duty: the files of a store that a checkpoint has written, or named again, and that a later one may name.
// Thread: the task worker that owns the backend.
import type { StreamStateHandle } from '../../../../storage/state-handles.js'

export interface SharedCheckpointFile {
  readonly handle: StreamStateHandle
  /** How many checkpoints one after the other have named it. */
  readonly namings: number
}

/** By the names that the store has for them. */
export type SharedCheckpointFiles = ReadonlyMap<string, SharedCheckpointFile>

export const NO_SHARED_FILES: SharedCheckpointFiles = new Map()
