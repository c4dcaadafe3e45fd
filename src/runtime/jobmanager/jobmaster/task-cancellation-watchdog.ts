// Duty: how long the workers of an attempt have to end its tasks before their threads are ended for them.
// Invariants: a worker that has not even taken notice of the cancellation (a function that never returns) is overdue after
// `responseMs`, any other after `endMs`; 0 means no limit. Says so at most once each; silent after `stop`.
// Thread: main thread.
import type { Clock, TimerHandle } from '../../../core/time/clock.js'

export interface CancellationLimits {
  /** Until a worker's thread takes notice: JavaScript that does not return cannot be interrupted in any other way. */
  readonly responseMs: number
  /** Until its tasks have ended. */
  readonly endMs: number
}

/** Tells which workers are overdue, and after which time. */
export type OverdueListener = (isOverdue: (worker: number) => boolean, limitMs: number) => void

export class TaskCancellationWatchdog {
  readonly #responded = new Set<number>()
  readonly #timers: TimerHandle[] = []

  constructor(limits: CancellationLimits, clock: Clock, onOverdue: OverdueListener) {
    const watch = (limitMs: number, isOverdue: (worker: number) => boolean): void => {
      if (limitMs === 0) return
      const expire = (): void => {
        onOverdue(isOverdue, limitMs)
      }
      this.#timers.push(clock.setTimer(limitMs, expire))
    }
    watch(limits.responseMs, (worker) => !this.#responded.has(worker))
    watch(limits.endMs, () => true)
  }

  /** A task of the worker reported that it is being cancelled. */
  responded(worker: number): void {
    this.#responded.add(worker)
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
  }
}
