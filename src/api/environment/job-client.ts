import { JobExecutionResult } from './job-execution-result.js'
import type { SubmittedJob } from './pipeline-executor.js'

/**
 * A running job in the hands of the program that started it with `executeAsync`.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type JobClient } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSequence(1, 1_000_000).print()
 * const job: JobClient = await env.executeAsync('numbers')
 * const savepoint = await job.stopWithSavepoint(false, '/tmp/savepoints')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/cli/
 */
export class JobClient {
  readonly #job: SubmittedJob

  constructor(job: SubmittedJob) {
    this.#job = job
  }

  getJobID(): string {
    return this.#job.jobId
  }

  /** RUNNING, FINISHED ... */
  getJobStatus(): Promise<string> {
    return this.#job.status()
  }

  cancel(): Promise<void> {
    return this.#job.cancel()
  }

  /** Resolves with the savepoint's URI. */
  triggerSavepoint(savepointDirectory?: string): Promise<string> {
    return this.#job.triggerSavepoint(savepointDirectory)
  }

  /** Resolves with the savepoint's URI when the job has ended. */
  stopWithSavepoint(advanceToEndOfEventTime: boolean, savepointDirectory?: string): Promise<string> {
    return this.#job.stopWithSavepoint(advanceToEndOfEventTime, savepointDirectory)
  }

  /** Resolves when the job FINISHED; rejects with its cause otherwise. */
  async getJobExecutionResult(): Promise<JobExecutionResult> {
    return new JobExecutionResult(await this.#job.result())
  }
}
