import { FlinkError } from '../../core/errors/flink-error.js'
import type { KeySpec } from '../dag/key-spec.js'
import type { OperatorSpec } from '../dag/operator-spec.js'
import type { PartitionerSpec } from '../dag/partitioner-spec.js'
import type { OneInputTransformation, Transformation } from '../dag/transformation.js'
import type { FilterFunction } from '../functions/filter-function.js'
import type { FlatMapFunction } from '../functions/flat-map-function.js'
import type { MapFunction } from '../functions/map-function.js'
import type { OutputTag } from '../functions/output-tag.js'
import { KeyedProcessFunction, type ProcessFunction } from '../functions/process-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { SinkFunction } from '../functions/sink-function.js'
import { PrintSinkFunction } from '../functions/sink/print-sink-function.js'
import { WriteAsTextSink } from '../functions/sink/write-as-text-sink.js'
import { WriteMode } from '../functions/sink/write-mode.js'
import type { TypeInformation } from '../types/type-information.js'
import { extremeElementOf, extremeOf, sumOf, type FieldReference } from './aggregations.js'
import { DataStreamSink } from './data-stream-sink.js'
import { asFunctionObject } from './function-arguments.js'
import { fieldReader, keySpecOf, type KeyArgument } from './key-extraction.js'
import { checkMaxParallelism, checkParallelism } from './parallelism-check.js'
import { defaultSettings, type TransformationRecorder } from './transformation-recorder.js'

/**
 * A partitioner of one's own, for `partitionCustom`: gives the channel of a key, 0 to numPartitions - 1.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type Partitioner } from 'flink-ts'
 *
 * const byRemainder: Partitioner<number> = { partition: (key, numPartitions) => key % numPartitions }
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSequence(1, 9).partitionCustom(byRemainder, (value) => value).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#custom-partitioning
 */
export interface Partitioner<K> {
  partition(key: K, numPartitions: number): number
}

type MapArgument<T, O> = ((value: T) => O) | MapFunction<T, O>
type FlatMapArgument<T, O> = FlatMapFunction<T, O>['flatMap'] | FlatMapFunction<T, O>
type FilterArgument<T> = ((value: T) => boolean) | FilterFunction<T>
type ReduceArgument<T> = ((left: T, right: T) => T) | ReduceFunction<T>
type SinkArgument<T> = SinkFunction<T>['invoke'] | SinkFunction<T>
type PartitionerArgument<K> = ((key: K, numPartitions: number) => number) | Partitioner<K>

/**
 * A stream of records. Methods only record what is to be done; it is run by `env.execute()`.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type DataStream } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const lines: DataStream<string> = env.fromElements('to be', 'or not to be')
 * lines
 *   .flatMap<string>((line, out) => line.split(' ').forEach((word) => out.collect(word)))
 *   .map((word): [string, number] => [word, 1])
 *   .keyBy(0)
 *   .sum(1)
 *   .print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/
 */
export class DataStream<T> {
  /** What was recorded; for environment and graph. */
  readonly transformation: Transformation
  protected readonly recorder: TransformationRecorder
  /** The key, on keyed streams. */
  protected readonly key: KeySpec | undefined

  constructor(transformation: Transformation, recorder: TransformationRecorder, key?: KeySpec) {
    this.transformation = transformation
    this.recorder = recorder
    this.key = key
  }

  /** One record for each record. */
  map<O>(mapper: MapArgument<T, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<MapFunction<unknown, unknown>>(mapper, 'map', 'map')
    return this.apply('Map', { kind: 'map', function: userFunction }, type)
  }

  /** Any number of records for each record. */
  flatMap<O>(flatMapper: FlatMapArgument<T, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<FlatMapFunction<unknown, unknown>>(flatMapper, 'flatMap', 'flatMap')
    return this.apply('Flat Map', { kind: 'flat-map', function: userFunction }, type)
  }

  /** The records for which the function is true. */
  filter(filter: FilterArgument<T>): SingleOutputStreamOperator<T> {
    const userFunction = asFunctionObject<FilterFunction<unknown>>(filter, 'filter', 'filter')
    return this.apply('Filter', { kind: 'filter', function: userFunction }, this.declaredType())
  }

  /** A function with context: timestamps, side outputs. */
  process<O>(processFunction: ProcessFunction<T, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<ProcessFunction<unknown, unknown>>(
      processFunction,
      'processElement',
      'process',
    )
    if (processFunction instanceof KeyedProcessFunction) throw keyMissing()
    return this.apply('Process', { kind: 'process', function: userFunction }, type)
  }

  /** Partitions by key: a function, a KeySelector, a position of a tuple or a path of fields (`user.id`). */
  keyBy<K>(key: KeyArgument<T, K>, type?: TypeInformation<K>): KeyedStream<T, K>
  /** By several positions or paths: the key is the tuple of them. */
  keyBy(...keys: readonly (number | string)[]): KeyedStream<T, unknown[]>
  keyBy(...keys: readonly unknown[]): KeyedStream<T, unknown> {
    const [first, second] = keys
    const hasType = typeof second === 'object' && second !== null && 'keyKind' in second
    const type = hasType ? (second as TypeInformation<unknown>) : undefined
    const parts = (hasType ? [first] : keys) as KeyArgument<never, unknown>[]
    const key = keySpecOf(
      parts.filter((part) => part !== undefined),
      type,
      'keyBy',
    )
    return new KeyedStream(this.partition({ kind: 'hash', key }), this.recorder, key)
  }

  /** The records of all the streams; a stream that is named twice counts twice. */
  union(...streams: readonly DataStream<T>[]): DataStream<T> {
    const inputs = [this.transformation, ...streams.map((stream) => stream.transformation)]
    const id = this.recorder.nextId()
    const outputType = this.transformation.outputType
    return new DataStream<T>(
      { type: 'union', id, inputs, outputType, settings: defaultSettings('Union') },
      this.recorder,
    )
  }

  /** Every record to every subtask. */
  broadcast(): DataStream<T> {
    return this.partitioned({ kind: 'broadcast' })
  }

  /** Every record to a random subtask. */
  shuffle(): DataStream<T> {
    return this.partitioned({ kind: 'shuffle' })
  }

  /** Round robin over all subtasks. */
  rebalance(): DataStream<T> {
    return this.partitioned({ kind: 'rebalance' })
  }

  /** Round robin over the subtasks near by. */
  rescale(): DataStream<T> {
    return this.partitioned({ kind: 'rescale' })
  }

  /** Every record to the first subtask. */
  global(): DataStream<T> {
    return this.partitioned({ kind: 'global' })
  }

  /** To the subtask of the same index. */
  forward(): DataStream<T> {
    return this.partitioned({ kind: 'forward' })
  }

  /** To the subtask that the partitioner names. */
  partitionCustom<K>(partitioner: PartitionerArgument<K>, keySelector: KeyArgument<T, K>): DataStream<T> {
    const own = asFunctionObject<Partitioner<unknown>>(partitioner, 'partition', 'partitionCustom')
    const key = keySpecOf([keySelector], undefined, 'partitionCustom')
    return this.partitioned({
      kind: 'custom',
      key,
      partition: (value, numPartitions) => own.partition(value, numPartitions),
    })
  }

  /** Tuples of the named positions. */
  project(...positions: readonly number[]): SingleOutputStreamOperator<unknown[]> {
    const readers = positions.map(fieldReader)
    return this.map((value) => readers.map((read) => read(value))).name('Projection')
  }

  addSink(sink: SinkArgument<T>): DataStreamSink<T> {
    const userFunction = asFunctionObject<SinkFunction<unknown>>(sink, 'invoke', 'addSink')
    return this.sink('Sink: Unnamed', userFunction)
  }

  /** Every record as a line on standard output. At least once. */
  print(sinkIdentifier?: string): DataStreamSink<T> {
    return this.sink('Sink: Print to Std. Out', new PrintSinkFunction<unknown>(sinkIdentifier))
  }

  /** Every record as a line on standard error. At least once. */
  printToErr(sinkIdentifier?: string): DataStreamSink<T> {
    return this.sink('Sink: Print to Std. Err', new PrintSinkFunction<unknown>(sinkIdentifier, true))
  }

  /**
   * Every record as a line of a file, or of one file a subtask in a directory. Nothing that was taken is lost, whatever the
   * end; a job that goes on from a checkpoint or savepoint goes on in its files, with each record once.
   */
  writeAsText(path: string, writeMode: WriteMode = WriteMode.NO_OVERWRITE): DataStreamSink<T> {
    return this.sink('Sink: Write as Text', new WriteAsTextSink<unknown>(path, writeMode))
  }

  protected apply<O>(
    name: string,
    operator: OperatorSpec,
    outputType: TypeInformation<unknown> | undefined,
  ): SingleOutputStreamOperator<O> {
    return new SingleOutputStreamOperator<O>(this.append(name, operator, outputType), this.recorder)
  }

  protected append(
    name: string,
    operator: OperatorSpec,
    outputType: TypeInformation<unknown> | undefined,
  ): OneInputTransformation {
    const transformation: OneInputTransformation = {
      type: 'one-input',
      id: this.recorder.nextId(),
      input: this.transformation,
      operator,
      key: this.key,
      outputType,
      settings: defaultSettings(name),
    }
    this.recorder.append(transformation)
    return transformation
  }

  protected partition(partitioner: PartitionerSpec): Transformation {
    const id = this.recorder.nextId()
    const { transformation: input } = this
    const settings = defaultSettings('Partition')
    return { type: 'partition', id, input, partitioner, outputType: input.outputType, settings }
  }

  protected declaredType(): TypeInformation<unknown> | undefined {
    return this.transformation.outputType
  }

  protected partitioned(partitioner: PartitionerSpec): DataStream<T> {
    return new DataStream<T>(this.partition(partitioner), this.recorder)
  }

  protected sink(name: string, userFunction: SinkFunction<unknown>): DataStreamSink<T> {
    return new DataStreamSink<T>(this.append(name, { kind: 'sink', function: userFunction }, undefined))
  }
}

/**
 * The output of an operator, which can be named and tuned.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type SingleOutputStreamOperator } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const doubled: SingleOutputStreamOperator<number> = env.fromSequence(1, 9).map((value) => value * 2)
 * doubled.uid('doubled').name('Double').setParallelism(2).startNewChain().print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#task-chaining-and-resource-groups
 */
export class SingleOutputStreamOperator<T> extends DataStream<T> {
  /** Id by which the operator's state is found again after a change of the program. Strongly recommended. */
  uid(uid: string): this {
    this.transformation.settings.uid = uid
    return this
  }

  /** The operator's id itself, 32 hex digits: for state of operators that had no uid. */
  setUidHash(uidHash: string): this {
    this.transformation.settings.uidHash = uidHash
    return this
  }

  name(name: string): this {
    this.transformation.settings.name = name
    return this
  }

  setDescription(description: string): this {
    this.transformation.settings.description = description
    return this
  }

  setParallelism(parallelism: number): this {
    checkParallelism(parallelism, this.transformation.settings)
    this.transformation.settings.parallelism = parallelism
    return this
  }

  /** Number of key groups: the upper limit of every later parallelism. */
  setMaxParallelism(maxParallelism: number): this {
    checkMaxParallelism(maxParallelism, this.transformation.settings.name)
    this.transformation.settings.maxParallelism = maxParallelism
    return this
  }

  /** Parallelism 1, for good. */
  forceNonParallel(): this {
    this.transformation.settings.parallelism = 1
    this.transformation.settings.nonParallel = true
    return this
  }

  /** Neither the operator before nor the one behind runs in the same chain. */
  disableChaining(): this {
    this.transformation.settings.chainingStrategy = 'never'
    return this
  }

  /** The chain begins here. */
  startNewChain(): this {
    this.transformation.settings.chainingStrategy = 'head'
    return this
  }

  /** Operators of one group share workers; another name keeps them apart. */
  slotSharingGroup(slotSharingGroup: string): this {
    this.transformation.settings.slotSharingGroup = slotSharingGroup
    return this
  }

  /** Longest time in ms that a record waits in a half-full buffer behind this operator. */
  setBufferTimeout(timeoutMs: number): this {
    this.transformation.settings.bufferTimeoutMs = timeoutMs
    return this
  }

  /** Declares the type of the records. */
  returns(type: TypeInformation<T>): this {
    this.transformation.outputType = type
    return this
  }

  /** What the operator wrote to the side output. */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    const id = this.recorder.nextId()
    const { transformation: input } = this
    const settings = defaultSettings('Side Output')
    const outputType = tag.type
    const side: Transformation = { type: 'side-output', id, input, tag: tag.getId(), outputType, settings }
    return new DataStream<X>(side, this.recorder)
  }
}

/**
 * A stream partitioned by key: functions on it have keyed state.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type KeyedStream } from 'flink-ts'
 *
 * interface Visit {
 *   readonly user: { readonly id: string }
 *   readonly pages: number
 * }
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const visits = env.fromCollection<Visit>([{ user: { id: 'u1' }, pages: 3 }])
 * const byUser: KeyedStream<Visit, string> = visits.keyBy('user.id')
 * byUser.sum('pages').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
 */
export class KeyedStream<T, K> extends DataStream<T> {
  /** Combines each record with what came before under its key; emits every result. */
  reduce(reducer: ReduceArgument<T>): SingleOutputStreamOperator<T> {
    const userFunction = asFunctionObject<ReduceFunction<unknown>>(reducer, 'reduce', 'reduce')
    return this.rolling('Keyed Reduce', userFunction)
  }

  /** Running sum of a field; the other fields stay those of the key's first record. */
  sum(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', sumOf(field))
  }

  /** Smallest value so far of a field; the other fields stay those of the key's first record. */
  min(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeOf(field, 'min'))
  }

  /** Greatest value so far of a field; the other fields stay those of the key's first record. */
  max(field: FieldReference): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeOf(field, 'max'))
  }

  /** The record with the smallest value of a field; of equal ones the first, or the newest when `first` is false. */
  minBy(field: FieldReference, first = true): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeElementOf(field, 'min', first))
  }

  /** The record with the greatest value of a field; of equal ones the first, or the newest when `first` is false. */
  maxBy(field: FieldReference, first = true): SingleOutputStreamOperator<T> {
    return this.rolling('Keyed Aggregation', extremeElementOf(field, 'max', first))
  }

  /** A function with context and keyed state. */
  override process<O>(
    processFunction: KeyedProcessFunction<K, T, O> | ProcessFunction<T, O>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<KeyedProcessFunction<unknown, unknown, unknown>>(
      processFunction,
      'processElement',
      'process',
    )
    return this.apply('KeyedProcess', { kind: 'keyed-process', function: userFunction }, type)
  }

  protected rolling(name: string, userFunction: ReduceFunction<unknown>): SingleOutputStreamOperator<T> {
    return this.apply(name, { kind: 'reduce', function: userFunction }, this.declaredType())
  }
}

function keyMissing(): FlinkError {
  const reason = 'a KeyedProcessFunction needs a keyed stream; call keyBy(...) first'
  return new FlinkError('GRAPH_INVALID', { operator: 'process', reason })
}
