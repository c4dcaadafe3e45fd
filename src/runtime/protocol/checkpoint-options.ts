// Duty: what a checkpoint is and where its parts go: all that a task has to know to take part.
// Invariants: plain data, which rides in every barrier: whoever has a barrier waits for no other word. One for a checkpoint.
// Thread: made by the CheckpointCoordinator, read by task workers.
import type { CheckpointLocation } from '../../storage/checkpoint-stream-factory.js'

export interface CheckpointOptions {
  readonly kind: 'checkpoint' | 'savepoint'
  readonly location: CheckpointLocation
  /** True where barriers overtake records, which are then part of the checkpoint. */
  readonly unaligned: boolean
  /** Of an aligned one: after so long a task that has not all barriers goes on as if it were unaligned. Absent: never. */
  readonly alignedTimeoutMs?: number
  /** The job ends after it: `suspend` as it is, `drain` with final watermark and finished operators before it. */
  readonly stop: 'suspend' | 'drain' | undefined
}
