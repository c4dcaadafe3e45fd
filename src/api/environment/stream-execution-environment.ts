import { addCachedFile } from '../../core/config/cached-files.js'
import { Configuration } from '../../core/config/configuration.js'
import { CoreOptions } from '../../core/config/core-options.js'
import { PipelineOptions } from '../../core/config/pipeline-options.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { hasMethods } from '../functions/has-methods.js'
import { Boundedness } from '../connector/source/boundedness.js'
import { checkSource, checkStrategy } from '../connector/source/source-check.js'
import { checkSequence } from '../connector/source/lib/number-sequence-split.js'
import { NumberSequenceSource } from '../connector/source/lib/number-sequence-source.js'
import type { Source } from '../connector/source/source.js'
import type { SourceSplit } from '../connector/source/source-split.js'
import { defaultSettings } from '../dag/default-settings.js'
import type { OperatorSpec } from '../dag/operator-spec.js'
import type { RecordedTransformation } from '../dag/transformation.js'
import type { DataStreamSource } from '../datastream/data-stream-source.js'
import { asFunctionObject } from '../datastream/function-arguments.js'
import { checkMaxParallelism, checkParallelism } from '../datastream/parallelism-check.js'
import { TransformationRecorder } from '../datastream/transformation-recorder.js'
import { WatermarkStrategy } from '../eventtime/watermark-strategy.js'
import { isParallelSource, type SourceFunction } from '../functions/source-function.js'
import { FromElementsFunction } from '../functions/source/from-elements-function.js'
import { SocketTextStreamFunction } from '../functions/source/socket-text-stream-function.js'
import { isSourceProvider, type SourceProvider } from '../connector/source/source-provider.js'
import { StatefulSequenceSource } from '../functions/source/stateful-sequence-source.js'
import { TextFileSource } from '../functions/source/text-file-source.js'
import type { TypeInformation } from '../types/type-information.js'
import { checkedInteger, checkedPort } from '../types/checked-number.js'
import { checkedText } from '../types/checked-text.js'
import { Types } from '../types/types-table.js'
import { CheckpointConfig, type CheckpointingMode } from './checkpoint-config.js'
import { ExecutionConfig } from './execution-config.js'
import { currentExecutionContext, requireExecutionContext } from './execution-context.js'
import { checkedStateBackend, checkedStrategy, givenConfiguration, type GivenOptions } from './given-settings.js'
import { JobClient } from './job-client.js'
import { JobExecutionResult } from './job-execution-result.js'
import type { Pipeline, SubmittedJob } from './pipeline-executor.js'
import type { RestartStrategyConfiguration } from './restart-strategies.js'
import type { StateBackend } from './state-backends.js'
import { toMilliseconds, type DurationLike } from '../eventtime/time.js'

const GUARANTEES = { EXACTLY_ONCE: 'exactly-once', AT_LEAST_ONCE: 'at-least-once' } as const

const DEFAULT_JOB_NAME = 'Flink Streaming Job'

/**
 * Where a program begins: makes streams, holds the job's settings, runs it.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(1000)
 * env.fromElements(1, 2, 3).map((x) => x * 2).print()
 * await env.execute('double')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/overview/
 */
export class StreamExecutionEnvironment {
  readonly #configuration: Configuration
  readonly #checkpointConfig: CheckpointConfig
  readonly #config: ExecutionConfig
  readonly #recorder: TransformationRecorder = new TransformationRecorder({
    submit: (jobName) => this.#submit(jobName),
    collectSettings: () => ({
      guarantee: this.#checkpointConfig.isCheckpointingEnabled()
        ? GUARANTEES[this.#checkpointConfig.getCheckpointingMode()]
        : 'none',
      registeredTypes: this.#config.getRegisteredTypes(),
    }),
  })
  #bufferTimeoutMs: number | undefined

  private constructor(configuration: Configuration) {
    this.#configuration = configuration
    this.#checkpointConfig = new CheckpointConfig(configuration)
    this.#config = new ExecutionConfig(configuration)
  }

  /** The environment of `flink-ts run`, with the configuration of file and command line, and `conf` over it. */
  static getExecutionEnvironment(conf?: Configuration | GivenOptions): StreamExecutionEnvironment {
    const env = new StreamExecutionEnvironment(currentExecutionContext()?.configuration.clone() ?? new Configuration())
    return conf === undefined ? env : env.#configure(conf, 'getExecutionEnvironment')
  }

  /** As getExecutionEnvironment, with a parallelism. */
  static createLocalEnvironment(parallelism?: number, conf?: Configuration | GivenOptions): StreamExecutionEnvironment {
    const env = StreamExecutionEnvironment.getExecutionEnvironment(conf)
    return parallelism === undefined ? env : env.setParallelism(parallelism)
  }

  /** A stream of the arguments. Parallelism 1, exactly once. */
  fromElements<T>(...elements: readonly T[]): DataStreamSource<T> {
    return this.fromCollection(elements)
  }

  /** Flink 2's name of fromElements. */
  fromData<T>(...elements: readonly T[]): DataStreamSource<T> {
    return this.fromCollection(elements)
  }

  /** A stream of the elements, which are read at once. Parallelism 1, exactly once. */
  fromCollection<T>(elements: Iterable<T>, type?: TypeInformation<T>): DataStreamSource<T> {
    return this.#source(new FromElementsFunction<unknown>(checkedCollection(elements)), 'Collection Source', type, true)
  }

  /**
   * The whole numbers from `from` to `to`, both included, of a {@link NumberSequenceSource}. Parallel, exactly once. A snapshot
   * that a job with `generateSequence` in its place wrote is not its own: SOURCE_STATE_FOREIGN.
   */
  fromSequence(from: number, to: number): DataStreamSource<number> {
    checkSequence(from, to, 'fromSequence')
    const strategy = WatermarkStrategy.noWatermarks<number>()
    return this.fromSource(new NumberSequenceSource(from, to), strategy, 'Sequence Source')
  }

  /** As fromSequence, by the older kind of source: each subtask has a part of its own from the beginning. */
  generateSequence(from: number, to: number): DataStreamSource<number> {
    checkSequence(from, to, 'generateSequence')
    return this.#source(new StatefulSequenceSource(from, to), 'Sequence Source', Types.LONG, true)
  }

  /** A stream of what the function collects; with a type of instances (`Types.POJO`) these travel too. */
  addSource<T>(
    sourceFunction: SourceFunction<T> | SourceFunction<T>['run'] | SourceProvider<T>,
    sourceName = 'Custom Source',
    type?: TypeInformation<T>,
  ): DataStreamSource<T> {
    if (isSourceProvider<T>(sourceFunction)) {
      const name = checkedText('addSource', 'the name', sourceName)
      return this.fromSource(sourceFunction.toSource(), sourceFunction.getWatermarkStrategy(), name, type)
    }
    if (hasMethods(sourceFunction, 'createReader')) {
      const reason =
        'it takes a source function; a Source with splits goes to fromSource(source, watermarkStrategy, name)'
      throw new FlinkError('GRAPH_INVALID', { operator: 'addSource', reason })
    }
    const userFunction = asFunctionObject<SourceFunction<unknown>>(sourceFunction, 'run', 'addSource')
    return this.#source(userFunction, checkedText('addSource', 'the name', sourceName), type, false)
  }

  /**
   * The records of a source with splits, whose time is made by the strategy. Parallel; what it promises is up to the source.
   * Without `type` it is what `getProducedType` of the source says, if it has one. GRAPH_INVALID where a method is missing.
   */
  fromSource<T, SplitT extends SourceSplit, EnumChkT>(
    source: Source<T, SplitT, EnumChkT>,
    watermarkStrategy: WatermarkStrategy<T>,
    sourceName: string,
    type?: TypeInformation<T>,
  ): DataStreamSource<T> {
    const checked = checkSource(source)
    const operator: OperatorSpec = {
      kind: 'source',
      source: checked,
      watermarkStrategy: checkStrategy(watermarkStrategy),
    }
    const bounded = checked.getBoundedness() === Boundedness.BOUNDED
    const outputType = type ?? source.getProducedType?.()
    currentExecutionContext()?.onSource?.()
    const recorded = { name: `Source: ${sourceName}`, operator, outputType }
    return this.#recorder.source<T>(recorded, { bounded, nonParallel: false })
  }

  /** Lines of a file, or of the files of a directory. Parallel, exactly once. */
  readTextFile(filePath: string): DataStreamSource<string> {
    return this.#source(
      new TextFileSource(checkedText('readTextFile', 'the path', filePath)),
      'Text File Source',
      Types.STRING,
      true,
    )
  }

  /** Lines from a TCP server. Parallelism 1, at most once. `maxRetry`: attempts to connect again. */
  socketTextStream(hostname: string, port: number, delimiter = '\n', maxRetry = 0): DataStreamSource<string> {
    const host = checkedText('socketTextStream', 'the host', hostname)
    checkedPort('socketTextStream', port)
    checkedInteger('socketTextStream', 'maxRetry', maxRetry, {})
    const settings = { host, port, delimiter, maxRetry }
    return this.#source(new SocketTextStreamFunction(settings), 'Socket Stream', Types.STRING, false)
  }

  /** Takes a checkpoint every so many ms. */
  enableCheckpointing(interval: DurationLike, mode?: CheckpointingMode): this {
    this.#checkpointConfig.setCheckpointInterval(toMilliseconds(interval))
    if (mode !== undefined) this.#checkpointConfig.setCheckpointingMode(mode)
    return this
  }

  getCheckpointConfig(): CheckpointConfig {
    return this.#checkpointConfig
  }

  /** Where working state lives; wins over `state.backend.type`. GRAPH_INVALID for what says where checkpoints go only. */
  setStateBackend(backend: StateBackend): this {
    checkedStateBackend(backend).applyTo(this.#configuration)
    return this
  }

  /** Where `savepoint`, `stop` and `cancel -s` write when they are given no directory. */
  setDefaultSavepointDirectory(directory: string): this {
    const text = checkedText('setDefaultSavepointDirectory', 'the directory', directory)
    this.#configuration.set(SavepointOptions.SAVEPOINT_DIRECTORY, text)
    return this
  }

  setRestartStrategy(strategy: RestartStrategyConfiguration): void {
    checkedStrategy(strategy).applyTo(this.#configuration)
  }

  setParallelism(parallelism: number): this {
    checkParallelism(parallelism, defaultSettings('the environment'))
    this.#configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism)
    return this
  }

  getParallelism(): number {
    return this.#configuration.get(CoreOptions.DEFAULT_PARALLELISM)
  }

  setMaxParallelism(maxParallelism: number): this {
    checkMaxParallelism(maxParallelism, 'the environment')
    this.#configuration.set(PipelineOptions.MAX_PARALLELISM, maxParallelism)
    return this
  }

  /** Longest time in ms that a record waits in a half-full buffer; 0: none, -1: until it is full. */
  setBufferTimeout(timeoutMs: number): this {
    this.#bufferTimeoutMs = timeoutMs
    return this
  }

  disableOperatorChaining(): this {
    this.#configuration.set(PipelineOptions.OPERATOR_CHAINING, false)
    return this
  }

  getConfig(): ExecutionConfig {
    return this.#config
  }

  /** Settings as keys and values; they win over those of the file. */
  configure(conf: Configuration | GivenOptions): this {
    return this.#configure(conf, 'configure')
  }

  /** Runs the job; resolves when it FINISHED, rejects with its cause otherwise. */
  async execute(jobName?: string): Promise<JobExecutionResult> {
    const job = await this.#submit(jobName)
    return new JobExecutionResult(await job.result())
  }

  /** Starts the job; resolves when it runs. */
  async executeAsync(jobName?: string): Promise<JobClient> {
    return new JobClient(await this.#submit(jobName))
  }

  /** The plan of what was added so far, as JSON; `flink-ts info` shows the same. Nothing runs. */
  getExecutionPlan(): string {
    const { renderPlan } = requireExecutionContext('getExecutionPlan()')
    if (renderPlan === undefined) throw new FlinkError('ENVIRONMENT_NOT_AVAILABLE', { what: 'getExecutionPlan()' })
    return renderPlan(this.#pipeline(undefined, this.#recorder.transformations()))
  }

  /**
   * Functions find the file or directory by the name, with `getRuntimeContext().getDistributedCache().getFile(name)`. A later file of the
   * same name takes its place. The job is refused where it is not there (CACHED_FILE_NOT_FOUND). Where it is used it lies, so what
   * `executable` says about a copy has no effect.
   *
   * @see DistributedCache
   */
  registerCachedFile(filePath: string, name: string, _executable = false): void {
    const path = checkedText('registerCachedFile', 'the path', filePath)
    addCachedFile(this.#configuration, { path, name: checkedText('registerCachedFile', 'the name', name) })
  }

  #configure(conf: Configuration | GivenOptions, place: string): this {
    this.#configuration.addAll(givenConfiguration(conf, place))
    return this
  }

  #submit(jobName: string | undefined): Promise<SubmittedJob> {
    const { executor } = requireExecutionContext('execute()')
    if (jobName !== undefined) checkedText('execute', 'the name of the job', jobName)
    return executor.submit(this.#pipeline(jobName, this.#recorder.takeTransformations()))
  }

  #pipeline(jobName: string | undefined, transformations: readonly RecordedTransformation[]): Pipeline {
    const name = jobName ?? this.#configuration.get(PipelineOptions.NAME) ?? DEFAULT_JOB_NAME
    for (const { settings } of transformations) settings.bufferTimeoutMs ??= this.#bufferTimeoutMs
    const registeredTypes = this.#config.getRegisteredTypes()
    const configuration = this.#configuration.clone()
    return { jobName: name, transformations, configuration, registeredTypes }
  }

  #source<T>(
    userFunction: SourceFunction<unknown>,
    name: string,
    type: TypeInformation<T> | undefined,
    bounded: boolean,
  ): DataStreamSource<T> {
    const operator: OperatorSpec = { kind: 'source-function', function: userFunction }
    const nonParallel = !isParallelSource(userFunction)
    currentExecutionContext()?.onSource?.()
    return this.#recorder.source<T>({ name: `Source: ${name}`, operator, outputType: type }, { bounded, nonParallel })
  }
}

/** Of a text its letters would be the elements. */
function checkedCollection<T>(elements: Iterable<T>): Iterable<T> {
  const isCollection = typeof elements === 'object' && elements !== null && Symbol.iterator in elements
  if (isCollection) return elements
  const reason = `it takes an array or another collection, and was given ${describeValue(elements)}. Single values go to fromElements`
  throw new FlinkError('GRAPH_INVALID', { operator: 'fromCollection', reason })
}
