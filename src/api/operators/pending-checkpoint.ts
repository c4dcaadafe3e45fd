import type { Serialized } from './serialized-values.js'

/** The records between two checkpoints, which are sent once the second one is complete. */
export interface PendingCheckpoint {
  readonly checkpointId: number
  /** Who took them; after a change of the parallelism another one sends them. */
  readonly subtaskId: number
  readonly timestampMs: number
  readonly values: Serialized
}

/** In which they are sent. */
export function byCheckpoint(one: PendingCheckpoint, other: PendingCheckpoint): number {
  return one.checkpointId - other.checkpointId || one.subtaskId - other.subtaskId
}
