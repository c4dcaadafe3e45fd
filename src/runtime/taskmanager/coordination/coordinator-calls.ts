// Duty: what a coordinator does beside its methods, once or periodically; what comes of it goes through their order again.
// Invariants: the next round of a periodic call begins after the last one has ended. Nothing begins after `close`, and no
// handler is called any more. An error of the work is the handler's, never lost.
// Thread: the task worker.
import type { AsyncCallHandler, CallTimes } from '../../../api/dag/operator-coordinator.js'
import { asError } from '../../../core/errors/thrown-value.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'

/** Puts an action into the order of the coordinator's methods. */
type RunInCoordinator = (action: () => void | Promise<void>) => void

export class CoordinatorCalls {
  readonly #clock: Clock
  readonly #runInCoordinator: RunInCoordinator
  readonly #timers = new Set<TimerHandle>()
  #isClosed = false

  constructor(clock: Clock, runInCoordinator: RunInCoordinator) {
    this.#clock = clock
    this.#runInCoordinator = runInCoordinator
  }

  once<T>(work: () => Promise<T>, handler: AsyncCallHandler<T>): void {
    void this.#call(work, handler)
  }

  periodically<T>(work: () => Promise<T>, handler: AsyncCallHandler<T>, times: CallTimes): void {
    const round = (delayMs: number): void => {
      this.#after(delayMs, () => {
        void this.#call(work, handler).then(() => {
          round(times.periodMs)
        })
      })
    }
    round(times.initialDelayMs)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  #after(delayMs: number, action: () => void): void {
    if (this.#isClosed) return
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(timer)
      action()
    })
    this.#timers.add(timer)
  }

  /** Never rejects. */
  async #call<T>(work: () => Promise<T>, handler: AsyncCallHandler<T>): Promise<void> {
    if (this.#isClosed) return
    let answer: () => void | Promise<void>
    try {
      const result = await work()
      answer = () => handler(result, undefined)
    } catch (error) {
      const failure = asError(error)
      answer = () => handler(undefined, failure)
    }
    if (!this.#isClosed) this.#runInCoordinator(answer)
  }
}
