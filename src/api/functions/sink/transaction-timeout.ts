import { FlinkError } from '../../../core/errors/flink-error.js'

/** What a sink with transactions does by how long they have been open. */
export class TransactionTimeout {
  timeoutMs: number = Number.POSITIVE_INFINITY
  ignoresFailures = false
  #warningRatio: number | undefined

  setTimeout(timeoutMs: number): void {
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
      refuse('setTransactionTimeout', `it takes a number of ms that is not negative, not ${String(timeoutMs)}`)
    }
    this.timeoutMs = timeoutMs
  }

  setWarningRatio(warningRatio: number): void {
    if (typeof warningRatio !== 'number' || !(warningRatio >= 0 && warningRatio <= 1)) {
      refuse('enableTransactionTimeoutWarnings', `it takes a number from 0 to 1, not ${String(warningRatio)}`)
    }
    this.#warningRatio = warningRatio
  }

  ignores(openMs: number): boolean {
    return this.ignoresFailures && openMs > this.timeoutMs
  }

  /** With a ratio of 0 always. */
  isAlmostReached(openMs: number): boolean {
    if (this.#warningRatio === undefined) return false
    return this.#warningRatio === 0 || openMs > this.timeoutMs * this.#warningRatio
  }
}

function refuse(operator: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}
