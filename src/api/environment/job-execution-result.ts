import { deserializeError } from '../../core/errors/error-codec.js'
import type { AccumulatorResult } from './accumulator-result.js'
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

  /**
   * What the job's functions accumulated under the name, merged over all subtasks, or null.
   *
   * @throws FlinkError ACCUMULATOR_MERGE_FAILED or ACCUMULATOR_TYPES_DIFFER where the values of the subtasks could not be
   * merged; the job has FINISHED all the same.
   */
  getAccumulatorResult(name: string): unknown {
    const { accumulatorResults } = this.#data
    const result = Object.hasOwn(accumulatorResults, name) ? accumulatorResults[name] : undefined
    return result === undefined ? null : valueOf(result)
  }

  /**
   * The values by name.
   *
   * @throws FlinkError as `getAccumulatorResult` does, if there is none of one name.
   */
  getAllAccumulatorResults(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(this.#data.accumulatorResults).map(([name, result]) => [name, valueOf(result)]),
    )
  }
}

function valueOf(result: AccumulatorResult): unknown {
  if ('error' in result) throw deserializeError(result.error)
  return result.value
}
