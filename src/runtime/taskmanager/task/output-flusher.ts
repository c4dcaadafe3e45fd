// Duty: when half-full buffers are sent: when the task has nothing to do, and at the latest after the buffer timeout.
// Invariants: a busy task's record waits at most the timeout plus one step.
// Thread: the task's worker.
import type { Clock } from '../../../core/time/clock.js'
import type { OperatorChain } from './operator-chain.js'

export class OutputFlusher {
  readonly #chain: OperatorChain
  readonly #clock: Clock
  readonly #timeoutMs: number
  #lastFlush: number

  constructor(chain: OperatorChain, clock: Clock) {
    this.#chain = chain
    this.#clock = clock
    this.#timeoutMs = chain.bufferTimeoutMs
    this.#lastFlush = clock.monotonicMs()
  }

  afterStep(isIdle: boolean): void {
    if (isIdle) {
      if (this.#chain.hasPendingOutput()) this.#flush()
      return
    }
    if (this.#timeoutMs >= 0 && this.#clock.monotonicMs() - this.#lastFlush >= this.#timeoutMs) this.#flush()
  }

  #flush(): void {
    this.#chain.flush()
    this.#lastFlush = this.#clock.monotonicMs()
  }
}
