// Duty: one committable that is to be committed, and what its committer says of it.
//
//   received -> committed | already-committed | failed | retry -> received
//
// Invariants: it is answered within a call of commit() only; what was not answered by its end is committed.
// Thread: the task worker that owns the operator.
import type { CommitRequest } from '../../../api/connector/sink2/committer.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeThrown } from '../../../core/errors/thrown-value.js'

export type CommitState = 'received' | 'retry' | 'committed' | 'already-committed' | 'failed'

export class CommitCall<CommT> implements CommitRequest<CommT> {
  #committable: CommT
  #numRetries: number
  #state: CommitState = 'received'
  #isOpen = false
  /** What it failed of, where that is known. */
  failure: unknown
  /** What fails the job, also where the committer has caught it. */
  #thrown: FlinkError | undefined

  constructor(committable: CommT, numRetries = 0) {
    this.#committable = committable
    this.#numRetries = numRetries
  }

  get state(): CommitState {
    return this.#state
  }

  get isCommitted(): boolean {
    return this.#state === 'committed' || this.#state === 'already-committed'
  }

  get isFinished(): boolean {
    return this.isCommitted || this.#state === 'failed'
  }

  begin(): void {
    this.#state = 'received'
    this.#isOpen = true
  }

  end(): void {
    this.#isOpen = false
    if (this.#thrown !== undefined) throw this.#thrown
    if (this.#state === 'received') this.#state = 'committed'
  }

  getCommittable(): CommT {
    return this.#committable
  }

  getNumberOfRetries(): number {
    return this.#numRetries
  }

  signalFailedWithKnownReason(reason: unknown): void {
    this.#answer('signalFailedWithKnownReason', 'failed')
    this.failure = reason
  }

  signalFailedWithUnknownReason(reason: unknown): never {
    this.#answer('signalFailedWithUnknownReason', 'received')
    const details = { committable: describeValue(this.#committable), reason: describeThrown(reason) }
    this.#thrown = new FlinkError('COMMIT_FAILED', details, { cause: reason })
    throw this.#thrown
  }

  retryLater(): void {
    this.#answer('retryLater', 'retry')
    this.#numRetries += 1
  }

  updateAndRetryLater(committable: CommT): void {
    this.#answer('updateAndRetryLater', 'retry')
    this.#committable = committable
    this.#numRetries += 1
  }

  signalAlreadyCommitted(): void {
    this.#answer('signalAlreadyCommitted', 'already-committed')
  }

  #answer(method: string, state: CommitState): void {
    if (!this.#isOpen) {
      throw new FlinkError('COMMIT_ANSWERED_LATE', { method, committable: describeValue(this.#committable) })
    }
    this.#state = state
    this.#thrown = undefined
  }
}
