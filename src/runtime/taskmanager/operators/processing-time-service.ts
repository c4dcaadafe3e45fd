// Duty: how an operator has something done at a time of the clock.
// Invariants: a callback runs on the task's thread between two records, one after the other and in the order in which they
// became due; never in the middle of a watermark, of a checkpoint's synchronous part or of another callback. None runs before
// the task runs, after its operators have begun to finish, or between a savepoint that the job is to end with and its result.
// Thread: the task worker that owns the operator.
import type { TimerHandle } from '../../../core/time/clock.js'

/**
 * What is to be done at `timestamp`. False: not done, because the output is full or others want the thread; it is called again
 * with the same timestamp, once there is room and before anything else.
 */
export type ProcessingTimeCallback = (timestamp: number) => boolean

export interface ProcessingTimeService {
  /** Ms since the epoch. */
  currentProcessingTime(): number
  /** The same, but for records one after the other it may be that of the first of a few: costs them next to nothing. */
  recentProcessingTime?(): number
  /** Calls back once, when the clock has passed `timestamp`; what it throws fails the task. */
  registerTimer(timestamp: number, callback: ProcessingTimeCallback): TimerHandle
}
