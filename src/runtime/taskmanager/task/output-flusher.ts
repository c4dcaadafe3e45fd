// Duty: when half-full buffers are sent: when the task has nothing to do, and at the latest after the buffer timeout.
// Invariants: a busy task's record waits at most the timeout plus one step.
// Thread: the task's worker.
import type { Clock } from '../../../core/time/clock.js'
import type { TaskOutputs } from './task-outputs.js'

export class OutputFlusher {
  readonly #outputs: TaskOutputs
  readonly #clock: Clock
  readonly #timeoutMs: number
  #lastFlush: number

  constructor(outputs: TaskOutputs, clock: Clock) {
    this.#outputs = outputs
    this.#clock = clock
    this.#timeoutMs = outputs.bufferTimeoutMs
    this.#lastFlush = clock.monotonicMs()
  }

  afterStep(isIdle: boolean): void {
    if (isIdle) {
      if (this.#outputs.hasPending()) this.#flush()
      return
    }
    if (this.#timeoutMs >= 0 && this.#clock.monotonicMs() - this.#lastFlush >= this.#timeoutMs) this.#flush()
  }

  #flush(): void {
    this.#outputs.flush()
    this.#lastFlush = this.#clock.monotonicMs()
  }
}
