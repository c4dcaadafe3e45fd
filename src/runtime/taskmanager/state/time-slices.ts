// Duty: cuts long work of a task's own thread (writing a snapshot) into slices, with records of the task in between.
// Invariants: a slice ends after its time, a share of what the task had before it, or after a number of steps, whichever
// is first (a clock may stand still in a simulation). After `cancel` the next step throws, and a wait under way ends at once: the task may never come back.
// Thread: the task worker that owns the work.
import type { Clock } from '../../../core/time/clock.js'

export interface TimeSliceOptions {
  readonly clock: Clock
  /** Resolves when the task has done other work and comes back. */
  readonly yieldToTask: () => Promise<void>
  readonly maxSteps?: number
}

/** Beside a step of 1 ms: records keep 0.7 of the time while a snapshot is written. */
const MAX_BUDGET_MS = 0.4
/** Going to and fro takes 5 to 10 µs. */
const MIN_BUDGET_MS = 0.03
/** Of the time that the task had for itself: where little waits, it should not have to wait for long. */
const SHARE_OF_PAUSE = 0.4
const DEFAULT_MAX_STEPS = 2000
/** Reading the clock costs as much as writing a small entry. */
const STEPS_BETWEEN_CLOCK_READS = 16

export class TimeSlices {
  readonly #options: TimeSliceOptions
  readonly #maxSteps: number
  #budgetMs = MIN_BUDGET_MS
  #steps = 0
  #startedAt: number
  #canceled: Error | undefined
  #abortWait: ((reason: Error) => void) | undefined

  constructor(options: TimeSliceOptions) {
    this.#options = options
    this.#maxSteps = options.maxSteps ?? DEFAULT_MAX_STEPS
    this.#startedAt = options.clock.monotonicMs()
  }

  /** Counts a step; true when the slice is over and `next` is to be awaited. */
  step(): boolean {
    if (this.#canceled !== undefined) throw this.#canceled
    this.#steps += 1
    if (this.#steps >= this.#maxSteps) return true
    if (this.#steps % STEPS_BETWEEN_CLOCK_READS !== 0) return false
    return this.#options.clock.monotonicMs() - this.#startedAt >= this.#budgetMs
  }

  /** Lets the task do other work and begins the next slice. */
  async next(): Promise<void> {
    const { clock } = this.#options
    const endedAt = clock.monotonicMs()
    await new Promise<void>((resolve, reject) => {
      this.#abortWait = reject
      this.#options.yieldToTask().then(resolve, reject)
    })
    this.#abortWait = undefined
    this.#steps = 0
    this.#startedAt = clock.monotonicMs()
    const share = (this.#startedAt - endedAt) * SHARE_OF_PAUSE
    this.#budgetMs = Math.min(MAX_BUDGET_MS, Math.max(MIN_BUDGET_MS, share))
  }

  cancel(reason: Error): void {
    this.#canceled ??= reason
    this.#abortWait?.(this.#canceled)
  }
}
