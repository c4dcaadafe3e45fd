// Duty: what a checkpoint is and where its parts go: all that a task has to know to take part.
// Invariants: plain data, which rides in every barrier: whoever has a barrier waits for no other word. One for a checkpoint.
// Thread: made by the CheckpointCoordinator, read by task workers.
import type { CheckpointLocation } from '../../storage/checkpoint-stream-factory.js'

export interface CheckpointOptions {
  readonly kind: 'checkpoint' | 'savepoint'
  readonly location: CheckpointLocation
  /** True where barriers overtake records, which are then part of the checkpoint. None is, so far. */
  readonly unaligned: boolean
  /** The job ends after it: `suspend` as it is, `drain` with final watermark and finished operators before it. */
  readonly stop: 'suspend' | 'drain' | undefined
}
