// Duty: what a CheckpointCoordinator needs of the disk: places for snapshots, and what becomes of those that ended.
// Invariants: a location belongs to one snapshot; it is completed or discarded, never both.
// Thread: main thread.
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { TaskStateSnapshot } from '../../../storage/state-handles.js'
import type { PendingCheckpoint } from './pending-checkpoint.js'

/** checkpoint-repository.ts, or a double in tests. */
export interface SnapshotRepository {
  prepareCheckpoint(checkpointId: number): Promise<CheckpointLocation>
  prepareSavepoint(checkpointId: number, targetDirectory: string): Promise<CheckpointLocation>
  /** Writes the metadata; a checkpoint (not a savepoint) becomes the newest one to restart from. */
  complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint>
  /** `acknowledged`: what tasks have written of it by then. */
  discard(location: CheckpointLocation, acknowledged?: readonly TaskStateSnapshot[]): Promise<void>
}
