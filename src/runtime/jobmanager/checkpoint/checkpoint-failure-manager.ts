// Duty: what becomes of the job when checkpoints fail: says so, and fails it when too many in a row have.
// Invariants: a completed checkpoint ends the row; the job is failed once the row is longer than what is tolerated.
// Aborts that are nobody's fault do not count; the failure of a savepoint is told only to whoever asked for it. Silent
// after `stop`.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CheckpointStatistics } from './checkpoint-statistics.js'
import type { CheckpointProperties } from './pending-checkpoint.js'

/** Told of checkpoints that are no savepoints: job-notices.ts. `lastCompleted` as `chk-3`. */
export interface CheckpointNotices {
  /** The job goes on all the same. */
  checkpointFailed(cause: Error, lastCompleted: string | undefined): void
  /** By nobody's fault. */
  checkpointAborted(cause: Error, lastCompleted: string | undefined): void
  checkpointCompleted(checkpointId: number): void
}

export interface CheckpointFailureServices {
  readonly statistics: CheckpointStatistics
  readonly notices: CheckpointNotices
  /** The job fails because too many checkpoints in a row did. */
  readonly failJob: (error: Error) => void
}

export class CheckpointFailureManager {
  readonly #tolerableFailures: number
  readonly #services: CheckpointFailureServices
  #inARow = 0
  #stopped = false

  constructor(tolerableFailures: number, services: CheckpointFailureServices) {
    this.#tolerableFailures = tolerableFailures
    this.#services = services
  }

  completed(checkpointId: number, { isSavepoint }: CheckpointProperties): void {
    this.#inARow = 0
    if (!isSavepoint) this.#services.notices.checkpointCompleted(checkpointId)
  }

  aborted(cause: Error, { isSavepoint }: CheckpointProperties): void {
    if (!isSavepoint && !this.#stopped) this.#services.notices.checkpointAborted(cause, this.#lastCompleted)
  }

  failed(cause: Error, { isSavepoint }: CheckpointProperties): void {
    if (isSavepoint) return
    this.#inARow += 1
    if (this.#inARow <= this.#tolerableFailures) this.#services.notices.checkpointFailed(cause, this.#lastCompleted)
    else if (!this.#stopped) {
      this.#services.failJob(new FlinkError('CHECKPOINT_FAILURES_EXCEEDED', { count: this.#inARow }, { cause }))
    }
  }

  /** The attempt ends, or tasks of it restart: it cannot fail any more, or not meanwhile. */
  stop(): void {
    this.#stopped = true
  }

  /** All tasks run again. */
  resume(): void {
    this.#stopped = false
  }

  get #lastCompleted(): string | undefined {
    const { lastCompleted } = this.#services.statistics
    return lastCompleted === undefined ? undefined : `chk-${String(lastCompleted.checkpointId)}`
  }
}
