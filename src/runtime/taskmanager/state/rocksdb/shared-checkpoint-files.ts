// Duty: which files of the store earlier checkpoints of this attempt have written, so that a later one names them again.
// Invariants: a checkpoint names again what the one has that it builds on, which is known to be complete: a file of one that
// may have been aborted is gone with it.
// Thread: the task worker that owns the backend.
import type { StreamStateHandle } from '../../../../storage/state-handles.js'

export interface SharedCheckpointFile {
  readonly handle: StreamStateHandle
  /** How many checkpoints one after the other have named it. */
  readonly namings: number
}

/** By the names that the store has for them. */
export type SharedCheckpointFiles = ReadonlyMap<string, SharedCheckpointFile>

const NONE: SharedCheckpointFiles = new Map()
/** Of checkpoints none of which completes. */
const MAX_REMEMBERED = 64

export class SharedFilesOfCheckpoints {
  readonly #written = new Map<number, SharedCheckpointFiles>()

  /** What a checkpoint may name again. Older ones than its base are never built on again. */
  baseOf(baseCheckpointId: number | undefined): SharedCheckpointFiles {
    if (baseCheckpointId === undefined) return NONE
    for (const id of [...this.#written.keys()]) if (id < baseCheckpointId) this.#written.delete(id)
    return this.#written.get(baseCheckpointId) ?? NONE
  }

  written(checkpointId: number, files: SharedCheckpointFiles): void {
    if (this.#written.size === MAX_REMEMBERED) this.#written.clear()
    this.#written.set(checkpointId, files)
  }
}
