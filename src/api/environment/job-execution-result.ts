import type { JobResultData } from './pipeline-executor.js'

/** A job that has FINISHED. */
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
