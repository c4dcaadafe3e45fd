import type { FlinkError } from '../core/errors/flink-error.js'

/**
 * A job that takes the place of another one, which runs on until this one could begin at once: what the process of the new job
 * and whoever stops the old one tell each other.
 */
export class TakeOver {
  /** The plan of the job is made and its workers have loaded the program: nothing but its state is missing. */
  readonly isReady: Promise<void>
  /** Resolves with the id of the job when all its tasks run for the first time, or have finished; rejects with why they do not. */
  readonly isRunning: Promise<string>
  /** Resolves with the savepoint when the old job has stopped; rejects where the new one is not to begin. */
  readonly begun: Promise<string>
  /** Where the old job has left its state, once it has. */
  savepoint: string | undefined
  #hasRun = false
  #isGivenUp = false
  #onReady: () => void = () => undefined
  #onRunning: (jobId: string) => void = () => undefined
  #onEnded: (error: Error) => void = () => undefined
  #onBegun: (savepoint: string) => void = () => undefined
  #onGivenUp: (error: FlinkError) => void = () => undefined

  constructor() {
    this.isReady = new Promise((resolve) => {
      this.#onReady = resolve
    })
    this.isRunning = new Promise((resolve, reject) => {
      this.#onRunning = resolve
      this.#onEnded = reject
    })
    this.begun = new Promise((resolve, reject) => {
      this.#onBegun = resolve
      this.#onGivenUp = reject
    })
    // It may be given up before anybody waits for it.
    void Promise.allSettled([this.begun, this.isRunning])
  }

  /** For the process of the new job, which could begin: as `begun`. Once it is given up nobody is to stop the old job for it. */
  awaitSavepoint(): Promise<string> {
    if (!this.#isGivenUp) this.#onReady()
    return this.begun
  }

  /** The same: all tasks of the job run. */
  runs(jobId: string): void {
    this.#hasRun = true
    this.#onRunning(jobId)
  }

  /** The same: the job has ended. True where it had not come to run. */
  ended(error: Error): boolean {
    this.#onEnded(error)
    return !this.#hasRun
  }

  /** For whoever has stopped the old job. */
  beginFrom(savepoint: string): void {
    this.savepoint = savepoint
    this.#onBegun(savepoint)
  }

  /** For everybody, as long as the old job has not stopped. */
  giveUp(error: FlinkError): void {
    this.#isGivenUp = true
    this.#onGivenUp(error)
  }
}
