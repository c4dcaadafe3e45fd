import type { ThrowableInfo } from './job-messages.js'

/** Wire types of asynchronous operations: a trigger answers with an id, polling it tells how far it is. */

export interface TriggerResponse {
  readonly 'request-id': string
}

/** Body of `POST /jobs/:jobid/savepoints`. */
export interface SavepointTriggerRequest {
  readonly 'target-directory'?: string | null
  readonly 'cancel-job'?: boolean | null
  readonly formatType?: string | null
  readonly triggerId?: string | null
}

/** Body of `POST /jobs/:jobid/stop`. */
export interface StopWithSavepointRequest {
  readonly targetDirectory?: string | null
  readonly drain?: boolean | null
  readonly formatType?: string | null
  readonly triggerId?: string | null
}

/** Body of `POST /jobs/:jobid/checkpoints`. */
export interface CheckpointTriggerRequest {
  readonly checkpointType?: string | null
  readonly triggerId?: string | null
}

export interface SavepointInfo {
  readonly location?: string
  readonly 'failure-cause'?: ThrowableInfo
}

export interface CheckpointInfo {
  readonly checkpointId?: number
  readonly failureCause?: ThrowableInfo
}

export interface AsynchronousOperationResult<T> {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' }
  readonly operation: T | null
}

export interface ErrorResponse {
  readonly errors: readonly string[]
}
