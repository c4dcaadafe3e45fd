// Duty: the time until what its committer could not commit is tried again.
// Invariants: one retry is under way at a time; after `stop` none begins, and who waits is told.
// Thread: the task worker that owns the operator.
import type { TimerHandle } from '../../../core/time/clock.js'
import type { OperatorContext } from '../operators/stream-operator.js'

/** Flink's. */
export const RETRY_DELAY_MS = 1000

export class RetryDelay {
  readonly #context: Pick<OperatorContext, 'clock' | 'processingTime'>
  #timer: TimerHandle | undefined
  #wake: ((isOver: boolean) => void) | undefined

  constructor(context: Pick<OperatorContext, 'clock' | 'processingTime'>) {
    this.#context = context
  }

  get isUnderWay(): boolean {
    return this.#timer !== undefined
  }

  /** While the input flows: between two records. */
  begin(retry: () => void): void {
    if (this.#timer !== undefined) return
    const { processingTime } = this.#context
    this.#timer = processingTime.registerTimer(processingTime.currentProcessingTime() + RETRY_DELAY_MS, () => {
      this.#timer = undefined
      retry()
      return true
    })
  }

  /** After the end of the input, when timers of the task run no more. False: stopped. */
  wait(): Promise<boolean> {
    this.#timer?.cancel()
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#timer = this.#context.clock.setTimer(RETRY_DELAY_MS, () => {
        this.#timer = undefined
        resolve(true)
      })
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#wake?.(false)
  }
}
