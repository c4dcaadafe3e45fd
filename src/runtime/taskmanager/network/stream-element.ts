// Duty: the words for what travels in channels beside the records themselves.
// Invariants: plain data; a timestamp is a double in ms, so both infinities are values of it.
// Thread: any.
import type { CheckpointOptions } from '../../protocol/checkpoint-options.js'

/** Timestamp of a record that has none. */
export const NO_TIMESTAMP: number = Number.NEGATIVE_INFINITY

/** The greatest watermark: the end of a bounded input. */
export const MAX_WATERMARK: number = Number.POSITIVE_INFINITY

export type WatermarkStatus = 'active' | 'idle'

/** A checkpoint barrier: plain data in the channel, and all that a task has to know of the checkpoint. */
export interface CheckpointBarrier {
  readonly checkpointId: number
  readonly timestamp: number
  readonly options: CheckpointOptions
}
