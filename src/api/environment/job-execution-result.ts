import type { JobResultData } from './pipeline-executor.js'

/**
 * The result of a job that has FINISHED.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type JobExecutionResult } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements('a', 'b').print()
 * const result: JobExecutionResult = await env.execute('letters')
 * const lines = result.getAccumulatorResult('lines')
 * ```
 */
export class JobExecutionResult {
  readonly #data: JobResultData

  constructor(data: JobResultData) {
    this.#data = data
  }

  getJobID(): string {
    return this.#data.jobId
  }

  /** Ms from submission to the end. */
  getNetRuntime(): number {
    return this.#data.netRuntimeMs
  }

  /** What the job's functions accumulated under the name, or null. */
  getAccumulatorResult(name: string): unknown {
    return this.#data.accumulatorResults[name] ?? null
  }

  getAllAccumulatorResults(): Readonly<Record<string, unknown>> {
    return this.#data.accumulatorResults
  }
}
