import { PipelineOptions } from '../../core/config/pipeline-options.js'
import { CoreOptions } from '../../core/config/core-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import {
  NO_REGISTERED_TYPES,
  registeredClass,
  type ClassAlias,
  type ClassOf,
  type PlainForm,
  type RegisteredTypes,
} from '../../core/types/registered-types.js'
import type { ParameterTool } from './parameter-tool.js'
import { toMilliseconds, type DurationLike } from '../eventtime/time.js'

/**
 * Settings of a job that concern its execution, written into its configuration.
 *
 * @example
 * ```ts
 * import { ParameterTool, StreamExecutionEnvironment, type ExecutionConfig } from 'flink-ts'
 *
 * const config: ExecutionConfig = StreamExecutionEnvironment.getExecutionEnvironment().getConfig()
 * config.setGlobalJobParameters(ParameterTool.fromMap({ region: 'eu' }))
 *
 * class Account {
 *   constructor(readonly owner: string) {}
 * }
 * config.registerType(Account).registerType(URL, { toPlain: (url) => url.href, fromPlain: (href) => new URL(String(href)) })
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/
 */
export class ExecutionConfig {
  readonly #configuration: Configuration
  #registeredTypes: RegisteredTypes = NO_REGISTERED_TYPES

  constructor(configuration: Configuration) {
    this.#configuration = configuration
  }

  getParallelism(): number {
    return this.#configuration.get(CoreOptions.DEFAULT_PARALLELISM)
  }

  getMaxParallelism(): number {
    return this.#configuration.get(PipelineOptions.MAX_PARALLELISM)
  }

  /**
   * Hands records on by reference within a chain instead of a copy to each function: several times as fast for chains that
   * do little. For programs whose functions neither change nor keep a record that they were given or emitted: what one does
   * with it, the others see. What goes to another task is copied in any case. Default: `pipeline.object-reuse`, false.
   */
  enableObjectReuse(): this {
    this.#configuration.set(PipelineOptions.OBJECT_REUSE, true)
    return this
  }

  /** Gives every function a copy of its own of each record: the default. */
  disableObjectReuse(): this {
    this.#configuration.set(PipelineOptions.OBJECT_REUSE, false)
    return this
  }

  isObjectReuseEnabled(): boolean {
    return this.#configuration.get(PipelineOptions.OBJECT_REUSE)
  }

  /**
   * Ms between two periodic watermarks of a generator: how far event time lags at most, and how soon idleness is seen. 0: none.
   * Default: `pipeline.auto-watermark-interval`, 200. GRAPH_INVALID below 0.
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/#writing-a-periodic-watermarkgenerator
   */
  setAutoWatermarkInterval(interval: DurationLike): this {
    const intervalMs = toMilliseconds(interval)
    if (!(intervalMs >= 0)) {
      const reason = `Auto watermark interval must not be negative, but is ${String(intervalMs)}.`
      throw new FlinkError('GRAPH_INVALID', { operator: 'setAutoWatermarkInterval', reason })
    }
    this.#configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, intervalMs)
    return this
  }

  /** Ms; 0: none. */
  getAutoWatermarkInterval(): number {
    return this.#configuration.get(PipelineOptions.AUTO_WATERMARK_INTERVAL)
  }

  /** Parameters that functions of the job may read. */
  setGlobalJobParameters(parameters: ParameterTool | Readonly<Record<string, string>>): this {
    const map = 'toMap' in parameters && typeof parameters.toMap === 'function' ? parameters.toMap() : parameters
    for (const [key, value] of Object.entries(map)) {
      this.#configuration.setString(`${PipelineOptions.GLOBAL_JOB_PARAMETERS.key}.${key}`, String(value))
    }
    return this
  }

  /**
   * Lets instances of a class travel through exchanges and state, anywhere inside a value. Without a serializer an instance
   * is its own enumerable fields and its prototype; private `#fields` are none of them and need one, as do subclasses of
   * Map, Array and the like. The last registration of a class counts. Snapshots find the class again by its name.
   * A class that was renamed is given its earlier names as `alias`, beside the serializer or alone.
   * Throws TYPE_REGISTRATION_INVALID for a class that has no name or that of another one.
   */
  registerType<T extends object>(type: ClassOf<T>, serializer?: (PlainForm<T> & ClassAlias) | ClassAlias): this {
    this.#registeredTypes = this.#registeredTypes.with(registeredClass(type, serializer))
    return this
  }

  /** What was registered so far. */
  getRegisteredTypes(): RegisteredTypes {
    return this.#registeredTypes
  }
}
