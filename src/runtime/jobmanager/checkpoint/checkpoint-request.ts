// Duty: what is asked of a CheckpointCoordinator: which kind of snapshot, and what becomes of the job with it.
// Invariants: plain data, the same from the request to the end of the checkpoint.
// Thread: main thread.
import type { CheckpointProperties } from './pending-checkpoint.js'

export interface CheckpointRequest {
  /** Of a savepoint; undefined: a checkpoint, in the directory of the job. */
  readonly targetDirectory: string | undefined
  /** With `suspend` and `drain` the tasks end by themselves, with `cancel` they are cancelled once it has completed. */
  readonly thenEnd: 'suspend' | 'drain' | 'cancel' | undefined
}

/** What the timer asks for. */
export const PERIODIC_CHECKPOINT: CheckpointRequest = { targetDirectory: undefined, thenEnd: undefined }

/** What of it is said to tasks and written into the snapshot. */
export function propertiesOf({ targetDirectory, thenEnd }: CheckpointRequest): CheckpointProperties {
  return { isSavepoint: targetDirectory !== undefined, thenStop: thenEnd === 'cancel' ? undefined : thenEnd }
}
