// Duty: what the JobManager writes down of a job so that another process can go on with it, and reads when it is that process.
// Invariants: `completed` before tasks are notified; `ended` before the checkpoints are removed, and all that a start needs
// after that: a crash in between leaves a job that has ended.
// Thread: main thread.
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { EndStatus } from '../../../storage/completed-checkpoint-store.js'
import type { CheckpointPointer } from './checkpoint-pointer.js'

/** job-high-availability.ts, or a double in tests. */
export interface RecoveryStore {
  /** Another process has run the job before this one. */
  readonly isRecovery: boolean
  /** What that one completed last; JOB_FENCED where yet another process has the job. */
  newest(): Promise<CheckpointPointer | undefined>
  /** From here on it, or a newer one, is the one to go on from. JOB_FENCED where another process has the job. */
  completed(checkpoint: CompletedCheckpoint): Promise<void>
  /** For good. */
  ended(status: EndStatus): Promise<void>
  /** Nothing of the job is needed any more but how it ended. */
  cleanUp(): Promise<void>
  /** The job never began: nothing is kept of it. */
  forget(): Promise<void>
}
