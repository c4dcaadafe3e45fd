// Duty: what may begin now: the limits between checkpoints, as counters and one decision.
// Invariants: no clock, no disk, no timer: what is decided follows from what was told before. While a snapshot is asked for
// with which the job is to end, no periodic checkpoint begins: completed after it, it would have sinks commit twice.
// Thread: main thread.
import type { CheckpointRequest } from './checkpoint-request.js'

export interface CheckpointLimits {
  readonly minPauseMs: number
  readonly maxConcurrent: number
}

export type PeriodicDecision =
  | { readonly kind: 'begin' }
  /** The last one completed so lately that this much of the pause is left. */
  | { readonly kind: 'pause'; readonly ms: number }
  /** It begins when another one has ended. */
  | { readonly kind: 'postpone' }

export class CheckpointRequestDecider {
  readonly #limits: CheckpointLimits
  /** Requests that have not become pending checkpoints yet. */
  #triggering = 0
  /** Requests with which the job is to end, those that have completed included. */
  #endingJob = 0
  #isPostponed = false
  #lastCompletionMs = Number.NEGATIVE_INFINITY

  constructor(limits: CheckpointLimits) {
    this.#limits = limits
  }

  requested({ thenEnd }: CheckpointRequest): void {
    this.#triggering += 1
    if (thenEnd !== undefined) this.#endingJob += 1
  }

  /** It is pending from now on, or will never be. */
  begun(): void {
    this.#triggering -= 1
  }

  /** The job does not end with it after all. */
  aborted({ thenEnd }: CheckpointRequest): void {
    if (thenEnd !== undefined) this.#endingJob -= 1
  }

  get endsJob(): boolean {
    return this.#endingJob > 0
  }

  completed(nowMs: number): void {
    this.#lastCompletionMs = nowMs
  }

  /** The time of a periodic checkpoint has come; for the final one nobody pauses. */
  decide(nowMs: number, pendingCount: number, isFinal: boolean): PeriodicDecision {
    const pauseMs = this.#limits.minPauseMs - (nowMs - this.#lastCompletionMs)
    if (pauseMs > 0 && !isFinal) return { kind: 'pause', ms: pauseMs }
    this.#isPostponed = this.#endingJob > 0 || pendingCount + this.#triggering >= this.#limits.maxConcurrent
    return this.#isPostponed ? { kind: 'postpone' } : { kind: 'begin' }
  }

  /** True once for a checkpoint that was postponed: it is to be decided on again. */
  takePostponed(): boolean {
    const isPostponed = this.#isPostponed
    this.#isPostponed = false
    return isPostponed
  }
}
