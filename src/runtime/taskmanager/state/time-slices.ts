// Duty: cuts long work of a task's own thread (writing a snapshot) into slices, with records of the task in between.
// Invariants: a slice ends after its time, a share of what the task had before it, or after a number of steps, whichever
// is first (a clock may stand still in a simulation). After `cancel` the next step
// throws, and a wait under way ends at once, because the task may never come back to it.
// Thread: the task worker that owns the work.
import type { Clock } from '../../../core/time/clock.js'

export interface TimeSliceOptions {
  readonly clock: Clock
  /** Resolves when the task has done other work and comes back. */
  readonly yieldToTask: () => Promise<void>
  readonly maxSteps?: number
}

interface Pace {
  /** Letting the task work and coming back takes 5 to 10 µs. */
  readonly minBudgetMs: number
  readonly maxBudgetMs: number
  /** A slice's part of the time that the task had for itself before it. */
  readonly shareOfPause: number
}

/**
 * At first, so that records hardly notice it. At half of the maximum rate, 100,000 keys, medians of three runs: p50 and p99
 * of the latency while a snapshot is written are 0.35 and 5.0 ms; with a share of 0.15 0.57 and 5.8 ms, of 0.4 0.84 and 12 ms.
 */
const GENTLE: Pace = { minBudgetMs: 0.008, maxBudgetMs: 0.1, shareOfPause: 0.07 }
/** A snapshot that takes longer must come to its end; records keep four fifths of the time. */
const STEADY: Pace = { minBudgetMs: 0.03, maxBudgetMs: 0.4, shareOfPause: 0.25 }
const GENTLE_MS = 300
/**
 * Where the task always has more to do, its records wait in channels for much longer than a slice: a short snapshot, which has
 * to put fewer values aside, is worth more to them. They keep three quarters of the time. 1,000,000 keys, throughput while a
 * snapshot is written against none, medians of two runs on a noisy machine: 0.65 and 0.58 with a share of 0.5, 0.69 and 0.76 with 0.35.
 */
const SATURATED: Pace = { minBudgetMs: 0.03, maxBudgetMs: 1, shareOfPause: 0.35 }
/** As the saturated one, for what costs more an entry: at a quarter of the time each snapshot would have to save nearly all. */
const SHARED: Pace = { ...SATURATED, shareOfPause: 1 }
/** A step of a task that always has more to do takes 1 ms; one that has waited comes back sooner. */
const BUSY_PAUSE_MS = 0.75
/** A task at half of its rate has caught up with a collection of garbage by then. */
const SATURATED_AFTER_MS = 50
const DEFAULT_MAX_STEPS = 2000
/** Reading the clock costs as much as writing a small entry. */
const STEPS_BETWEEN_CLOCK_READS = 16

export class TimeSlices {
  readonly #options: TimeSliceOptions
  readonly #maxSteps: number
  #budgetMs = GENTLE.minBudgetMs
  #saturated = SATURATED
  #steps = 0
  #startedAt: number
  readonly #gentleUntil: number
  /** How long the task has had no time to spare, about, up to twice what it takes to count as saturated. */
  #busyMs = 0
  #canceled: Error | undefined
  #abortWait: ((reason: Error) => void) | undefined

  constructor(options: TimeSliceOptions) {
    this.#options = options
    this.#maxSteps = options.maxSteps ?? DEFAULT_MAX_STEPS
    this.#startedAt = options.clock.monotonicMs()
    this.#gentleUntil = this.#startedAt + GENTLE_MS
  }

  /** From here on the work has half of the time of a task that always has more to do. */
  takeHalf(): void {
    this.#saturated = SHARED
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
    const pauseMs = this.#startedAt - endedAt
    const { minBudgetMs, maxBudgetMs, shareOfPause } = this.#paceAfter(pauseMs)
    this.#budgetMs = Math.min(maxBudgetMs, Math.max(minBudgetMs, pauseMs * shareOfPause))
  }

  #paceAfter(pauseMs: number): Pace {
    const busyMs = pauseMs < BUSY_PAUSE_MS ? this.#busyMs / 2 : this.#busyMs + pauseMs
    this.#busyMs = Math.min(busyMs, 2 * SATURATED_AFTER_MS)
    if (this.#busyMs >= SATURATED_AFTER_MS) return this.#saturated
    return this.#startedAt < this.#gentleUntil ? GENTLE : STEADY
  }

  cancel(reason: Error): void {
    this.#canceled ??= reason
    this.#abortWait?.(this.#canceled)
  }
}

/** Of a task: its mail comes between two slices. */
export function slicesOfTask(task: {
  readonly clock: Clock
  readonly enqueueMail: (action: () => void) => void
}): TimeSlices {
  const yieldToTask = (): Promise<void> =>
    new Promise((resolve) => {
      task.enqueueMail(resolve)
    })
  return new TimeSlices({ clock: task.clock, yieldToTask })
}
