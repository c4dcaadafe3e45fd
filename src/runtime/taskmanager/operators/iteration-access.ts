// Duty: what the two ends of a loop's way back have of their task, and no other operator.
// Thread: the task worker that owns the operator.
import type { FeedbackChannel, FeedbackOutput } from '../network/feedback-channel.js'

export interface IterationAccess {
  /** How many loops the program has. */
  readonly loops: number
  /** For the head of a loop: what comes back from one of its tails. */
  channelFrom(loop: number, tail: number): FeedbackChannel
  /** For a tail. */
  outputOf(loop: number, tail: number): FeedbackOutput
  /** To all that is downstream in the loop, after the records that were emitted before. */
  emitMarker(quietRounds: number): void
}
