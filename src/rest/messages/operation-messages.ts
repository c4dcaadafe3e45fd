import type { ThrowableInfo } from './job-messages.js'

/** Wire types of asynchronous operations: a trigger answers with an id, polling it tells how far it is. */

export interface TriggerResponse {
  readonly 'request-id': string
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
