// Duty: cuts long work of a task's own thread (writing a snapshot) into slices, with records of the task in between.
// Invariants: a slice ends after its time budget or a number of steps, whichever is first (a clock may stand still in a
// simulation). After `cancel` the next step throws, and a wait under way ends at once: the task may never come back.
// Thread: the task worker that owns the work.
import type { Clock } from '../../../core/time/clock.js'

export interface TimeSliceOptions {
  readonly clock: Clock
  /** Resolves when the task has done other work and comes back. */
  readonly yieldToTask: () => Promise<void>
  readonly budgetMs?: number
  readonly maxSteps?: number
}

/** Beside a step of 1 ms: records keep 0.7 of the time while a snapshot is written. */
const DEFAULT_BUDGET_MS = 0.4
const DEFAULT_MAX_STEPS = 2000
/** Reading the clock costs as much as writing a small entry. */
const STEPS_BETWEEN_CLOCK_READS = 16

export class TimeSlices {
  readonly #options: TimeSliceOptions
  readonly #budgetMs: number
  readonly #maxSteps: number
  #steps = 0
  #startedAt: number
  #canceled: Error | undefined
  #abortWait: ((reason: Error) => void) | undefined

  constructor(options: TimeSliceOptions) {
    this.#options = options
    this.#budgetMs = options.budgetMs ?? DEFAULT_BUDGET_MS
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
    await new Promise<void>((resolve, reject) => {
      this.#abortWait = reject
      this.#options.yieldToTask().then(resolve, reject)
    })
    this.#abortWait = undefined
    this.#steps = 0
    this.#startedAt = this.#options.clock.monotonicMs()
  }

  cancel(reason: Error): void {
    this.#canceled ??= reason
    this.#abortWait?.(this.#canceled)
  }
}
