import { PipelineOptions } from '../../core/config/pipeline-options.js'
import { CoreOptions } from '../../core/config/core-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import type { ParameterTool } from './parameter-tool.js'

/**
 * Settings of a job that concern its execution, written into its configuration.
 *
 * @example
 * ```ts
 * import { ParameterTool, StreamExecutionEnvironment, type ExecutionConfig } from 'flink-ts'
 *
 * const config: ExecutionConfig = StreamExecutionEnvironment.getExecutionEnvironment().getConfig()
 * config.setGlobalJobParameters(ParameterTool.fromMap({ region: 'eu' }))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/
 */
export class ExecutionConfig {
  readonly #configuration: Configuration

  constructor(configuration: Configuration) {
    this.#configuration = configuration
  }

  getParallelism(): number {
    return this.#configuration.get(CoreOptions.DEFAULT_PARALLELISM)
  }

  getMaxParallelism(): number {
    return this.#configuration.get(PipelineOptions.MAX_PARALLELISM)
  }

  /** Ms between two periodic watermarks. */
  setAutoWatermarkInterval(intervalMs: number): this {
    this.#configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, intervalMs)
    return this
  }

  /** Parameters that functions of the job may read. */
  setGlobalJobParameters(parameters: ParameterTool | Readonly<Record<string, string>>): this {
    const map = 'toMap' in parameters && typeof parameters.toMap === 'function' ? parameters.toMap() : parameters
    for (const [key, value] of Object.entries(map)) {
      this.#configuration.setString(`${PipelineOptions.GLOBAL_JOB_PARAMETERS.key}.${key}`, String(value))
    }
    return this
  }
}
