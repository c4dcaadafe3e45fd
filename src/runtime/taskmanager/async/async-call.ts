// Duty: what a function is given for its results: one call about one record.
// Thread: the task worker that owns the operator; callbacks of the function come between its steps.
import type { ResultFuture } from '../../../api/functions/async/result-future.js'
import type { AsyncRecord } from './async-record.js'

/** Who is told what became of a call. */
export interface AsyncCallOwner {
  completed(call: AsyncCall, results: unknown): void
  failed(call: AsyncCall, error: unknown): void
}

/** One that has one parameter gives its results by what it returns, or by its promise. */
export interface AskedMethod {
  readonly name: 'asyncInvoke' | 'timeout'
  readonly numParameters: number
}

export class AsyncCall implements ResultFuture<unknown> {
  readonly record: AsyncRecord
  /** 1 for the first; what an earlier one says after the next has begun counts for nothing. */
  readonly attempt: number
  readonly method: AskedMethod
  readonly #owner: AsyncCallOwner

  constructor(record: AsyncRecord, attempt: number, method: AskedMethod, owner: AsyncCallOwner) {
    this.record = record
    this.attempt = attempt
    this.method = method
    this.#owner = owner
  }

  complete(results: Iterable<unknown>): void {
    this.#owner.completed(this, results)
  }

  completeExceptionally(error: unknown): void {
    this.#owner.failed(this, error)
  }
}
