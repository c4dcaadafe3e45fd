// Duty: where watermarks go: an operator's output, as far as time is concerned.
// Invariants: see `operators/output.ts`.
// Thread: the task worker that owns the operator.
import type { WatermarkStatus } from '../network/stream-element.js'

export interface TimeTarget {
  /** False: an operator of the chain is not done with it; call again with the same timestamp before anything else. */
  emitWatermark(timestamp: number): boolean
  emitWatermarkStatus(status: WatermarkStatus): void
}
