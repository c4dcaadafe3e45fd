// Duty: says when too many checkpoints in a row have failed, which fails the job.
// Invariants: a completed checkpoint ends the row; the job is failed once the row is longer than what is tolerated.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'

export class CheckpointFailureManager {
  readonly #tolerableFailures: number
  readonly #failJob: (error: Error) => void
  #inARow = 0
  #stopped = false

  constructor(tolerableFailures: number, failJob: (error: Error) => void) {
    this.#tolerableFailures = tolerableFailures
    this.#failJob = failJob
  }

  succeeded(): void {
    this.#inARow = 0
  }

  /** True when the failure is tolerated. */
  failed(cause: Error): boolean {
    this.#inARow += 1
    if (this.#inARow <= this.#tolerableFailures) return true
    if (this.#stopped) return false
    this.#failJob(new FlinkError('CHECKPOINT_FAILURES_EXCEEDED', { count: this.#inARow }, { cause }))
    return false
  }

  /** The attempt ends: it cannot fail any more. */
  stop(): void {
    this.#stopped = true
  }
}
