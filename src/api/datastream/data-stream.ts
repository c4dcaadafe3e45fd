import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { KeySpec } from '../dag/key-spec.js'
import type { OperatorSpec } from '../dag/operator-spec.js'
import type { PartitionerSpec } from '../dag/partitioner-spec.js'
import { checkSink } from '../connector/sink2/sink-check.js'
import type { Sink } from '../connector/sink2/sink.js'
import { parallelismOf, type Transformation, type TransformationInput } from '../dag/transformation.js'
import { asWatermarkStrategy, type WatermarkStrategy } from '../eventtime/watermark-strategy.js'
import { CloseableIterator, iterableOnceThere } from './closeable-iterator.js'
import type { ProcessFunction } from '../functions/process-function.js'
import type { SinkFunction } from '../functions/sink-function.js'
import { checkedWriteMode } from '../functions/sink/checked-write-mode.js'
import { CollectSinkFunction } from '../functions/sink/collect-sink-function.js'
import { PrintSinkFunction } from '../functions/sink/print-sink-function.js'
import type { SerializationSchema } from '../functions/sink/serialization-schema.js'
import { isSinkProvider, type SinkProvider } from '../connector/sink2/sink-provider.js'
import { SocketClientSink } from '../functions/sink/socket-client-sink.js'
import { WriteAsCsvSink } from '../functions/sink/write-as-csv-sink.js'
import { WriteAsTextSink } from '../functions/sink/write-as-text-sink.js'
import { WriteMode } from '../functions/sink/write-mode.js'
import type { OneInputStreamOperator } from '../operators/one-input-stream-operator.js'
import { checkedInteger, checkedPort } from '../types/checked-number.js'
import { checkedText } from '../types/checked-text.js'
import type { MapStateDescriptor } from '../state/map-state-descriptor.js'
import type { TypeInformation } from '../types/type-information.js'
import { GlobalWindows } from '../windowing/assigners/global-windows.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { GlobalWindow } from '../windowing/windows/global-window.js'
import type { Window } from '../windowing/windows/window.js'
import { AllWindowedStream } from './all-windowed-stream.js'
import { countWindows } from './count-windows.js'
import { BroadcastConnectedStream } from './broadcast-connected-stream.js'
import { BroadcastStream, checkBroadcast } from './broadcast-stream.js'
import { CoGroupedStreams } from './co-grouped-streams.js'
import { collectArguments } from './collect-arguments.js'
import { ConnectedStreams } from './connected-streams.js'
import type { DataStreamSink } from './data-stream-sink.js'
import {
  asFunctionObject,
  asProcessFunction,
  type FilterArgument,
  type FlatMapArgument,
  type MapArgument,
  type SinkArgument,
} from './function-arguments.js'
import { asOwnOperator } from './own-operator-argument.js'
import type { IterativeStream } from './iterative-stream.js'
import { JoinedStreams } from './joined-streams.js'
import { fieldReader, keySpecOf, type KeyArgument } from './key-extraction.js'
import type { StreamPair } from './keyed-pair.js'
import type { KeyedStream } from './keyed-stream.js'
import { customPartitioner, type PartitionerArgument } from './partitioner.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { TransformationRecorder } from './transformation-recorder.js'

const SOCKET_SINK_RETRIES = 10

/** Of streams whose records are not to be told apart. */
const ONE_KEY: KeySpec = { kind: 'auto', select: () => 0 }

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

  /** A stream as an operator reads it, for those that are added from outside of this class; see AsyncDataStream. */
  static inputOf<T>(stream: DataStream<T>): {
    readonly input: TransformationInput
    readonly recorder: TransformationRecorder
  } {
    return { input: stream.asInput(), recorder: stream.recorder }
  }

  constructor(transformation: Transformation, recorder: TransformationRecorder, key?: KeySpec) {
    this.transformation = transformation
    this.recorder = recorder
    this.key = key
  }

  /** One record for each record. */
  map<O>(mapper: MapArgument<T, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    return this.apply('Map', { kind: 'map', function: asFunctionObject(mapper, 'map', 'map') }, type)
  }

  /** Any number of records for each record. */
  flatMap<O>(flatMapper: FlatMapArgument<T, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    return this.apply(
      'Flat Map',
      { kind: 'flat-map', function: asFunctionObject(flatMapper, 'flatMap', 'flatMap') },
      type,
    )
  }

  /** The records for which the function is true. */
  filter(filter: FilterArgument<T>): SingleOutputStreamOperator<T> {
    const operator: OperatorSpec = { kind: 'filter', function: asFunctionObject(filter, 'filter', 'filter') }
    return this.apply('Filter', operator, this.declaredType())
  }

  /** A function with context: timestamps, side outputs. */
  process<O>(processFunction: ProcessFunction<T, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    return this.apply('Process', { kind: 'process', function: asProcessFunction(processFunction) }, type)
  }

  /**
   * Gives every record its event time, and the stream its watermarks, by the strategy. Watermarks of upstream end here. As
   * parallel as what it follows, unless `setParallelism` says otherwise.
   *
   * @example
   * ```ts
   * import { Duration, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
   *
   * const env = StreamExecutionEnvironment.getExecutionEnvironment()
   * const visits = env.fromElements({ page: '/', at: 1_000 }, { page: '/about', at: 3_000 })
   * visits.assignTimestampsAndWatermarks(
   *   WatermarkStrategy.forBoundedOutOfOrderness<{ page: string; at: number }>(Duration.ofSeconds(5)).withTimestampAssigner(
   *     (visit) => visit.at,
   *   ),
   * )
   * ```
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
   */
  assignTimestampsAndWatermarks(strategy: WatermarkStrategy<T>): SingleOutputStreamOperator<T> {
    const operator: OperatorSpec = { kind: 'timestamps-and-watermarks', strategy: asWatermarkStrategy(strategy) }
    const recorded = { name: 'Timestamps/Watermarks', operator, outputType: this.declaredType() }
    const stream = this.recorder.operator<T>({ input: this.transformation, key: undefined }, recorded)
    stream.transformation.settings.parallelism = parallelismOf(this.transformation)
    return stream
  }

  /** Partitions by key: a function, a KeySelector, a position of a tuple or a path of fields (`user.id`). */
  keyBy<K>(key: KeyArgument<T, K>, type?: TypeInformation<K>): KeyedStream<T, K>
  /** By several positions or paths: the key is the tuple of them. */
  keyBy(...keys: readonly (number | string)[]): KeyedStream<T, unknown[]>
  keyBy(...keys: readonly unknown[]): KeyedStream<T, unknown> {
    return this.recorder.keyed(this.transformation, keySpecOf(keys, 'keyBy'))
  }

  /** The records of all the streams; a stream that is named twice counts twice. */
  union(...streams: readonly DataStream<T>[]): DataStream<T> {
    return this.recorder.union([this.transformation, ...streams.map(({ transformation }) => transformation)])
  }

  /**
   * Side by side with another stream, which stays what it is: one function has both. With what `broadcast(descriptor)` gave, the
   * function has broadcast state.
   */
  connect<T2>(stream: BroadcastStream<T2>): BroadcastConnectedStream<T, T2>
  connect<T2>(stream: DataStream<T2>): ConnectedStreams<T, T2>
  connect<T2>(stream: DataStream<T2> | BroadcastStream<T2>): ConnectedStreams<T, T2> | BroadcastConnectedStream<T, T2> {
    if (stream instanceof BroadcastStream) return new BroadcastConnectedStream(this.recorder, this.asInput(), stream)
    if (stream instanceof DataStream) return new ConnectedStreams(this.recorder, this.asInput(), stream.asInput())
    const reason = 'connect() takes a stream, or what broadcast(descriptor) of one gives'
    throw new FlinkError('GRAPH_INVALID', { operator: 'connect', reason })
  }

  /** Pairs of records of this stream and another one that have the same key and lie in the same window. */
  join<T2>(otherStream: DataStream<T2>): JoinedStreams<T, T2> {
    return new JoinedStreams(this.#pairWith(otherStream, 'join'))
  }

  /** What this stream and another one have of the same key in the same window, for one function. */
  coGroup<T2>(otherStream: DataStream<T2>): CoGroupedStreams<T, T2> {
    return new CoGroupedStreams(this.#pairWith(otherStream, 'coGroup'))
  }

  /** Of keyed streams; a program in plain JavaScript may have forgotten that. */
  protected intervalJoin(..._given: never[]): unknown {
    const reason = 'an interval join is of two keyed streams: call keyBy(...) on both first'
    throw new FlinkError('GRAPH_INVALID', { operator: 'intervalJoin', reason })
  }

  /** Every record to every subtask. */
  broadcast(): DataStream<T>
  /** The same for `connect`, with the broadcast state that the function of both streams will have: of a stream without key. */
  broadcast(...descriptors: readonly MapStateDescriptor<unknown, unknown>[]): BroadcastStream<T>
  broadcast(...descriptors: readonly MapStateDescriptor<unknown, unknown>[]): DataStream<T> | BroadcastStream<T> {
    if (descriptors.length === 0) return this.partitioned({ kind: 'broadcast' })
    checkBroadcast(this.key, descriptors)
    return new BroadcastStream<T>(this.partitioned({ kind: 'broadcast' }).transformation, descriptors)
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
    return this.partitioned(customPartitioner(partitioner, keySelector))
  }

  /** Tuples of the named positions: at least one, whole numbers from 0 on, else GRAPH_INVALID. */
  project(...positions: readonly number[]): SingleOutputStreamOperator<unknown[]> {
    if (positions.length === 0) {
      throw new FlinkError('GRAPH_INVALID', {
        operator: 'project',
        reason: 'it takes at least one position of a field',
      })
    }
    const readers = positions.map((at) => fieldReader(checkedInteger('project', 'a position', at, { min: 0 })))
    return this.map((value) => readers.map((read) => read(value))).name('Projection')
  }

  /**
   * Begins a loop: what is made of the result and given to its `closeWith` comes back into it. `maxWaitTimeMillis`, in ms: once
   * the input has ended, the loop ends not before nothing has come back for so long, which functions with timers of the clock
   * need; 0, the default: as soon as nothing goes round any more.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/overview/#iterations
   */
  iterate(maxWaitTimeMillis = 0): IterativeStream<T> {
    return this.recorder.iteration<T>(this.transformation, maxWaitTimeMillis)
  }

  /** All records by windows. They come to one subtask, so what is made of them has parallelism 1. */
  windowAll<W extends Window>(assigner: WindowAssigner<T, W>): AllWindowedStream<T, W> {
    return new AllWindowedStream<T, W>({ recorder: this.recorder, input: this.asOneKey() }, assigner)
  }

  /** Every `size` records are a window. With `slide`: each `slide` records make one of the last `size`. */
  countWindowAll(size: number, slide?: number): AllWindowedStream<T, GlobalWindow> {
    return countWindows(this.windowAll(GlobalWindows.create()), { method: 'countWindowAll', size, slide })
  }

  addSink(sink: SinkArgument<T> | SinkProvider<T>): DataStreamSink<T> {
    if (isSinkProvider<T>(sink)) return this.sinkTo(sink.toSink())
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
    return this.sink(
      'Sink: Write as Text',
      new WriteAsTextSink<unknown>(
        checkedText('writeAsText', 'the path', path),
        checkedWriteMode('writeAsText', writeMode),
      ),
    )
  }

  /**
   * Every tuple as a line of its fields, each as `print()` shows it; null is an empty field. Nothing is put in quotes, as in Flink: a text
   * with a delimiter or a line break in it makes more fields or lines, so it needs another delimiter, or quotes of its own. Else as
   * writeAsText. CSV_RECORD_INVALID for a record that is no tuple.
   *
   * @example
   * ```ts
   * import { StreamExecutionEnvironment } from 'flink-ts'
   *
   * const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
   * const env = StreamExecutionEnvironment.getExecutionEnvironment()
   * env
   *   .fromElements('to be, or not', 'a "word"')
   *   .map((text): [string, number] => [quoted(text), text.length])
   *   .writeAsCsv('/tmp/texts.csv')
   * ```
   */
  writeAsCsv(
    path: string,
    writeMode: WriteMode = WriteMode.NO_OVERWRITE,
    rowDelimiter = '\n',
    fieldDelimiter = ',',
  ): DataStreamSink<T> {
    const row = checkedText('writeAsCsv', 'the row delimiter', rowDelimiter)
    const field = checkedText('writeAsCsv', 'the field delimiter', fieldDelimiter)
    const target = checkedText('writeAsCsv', 'the path', path)
    const mode = checkedWriteMode('writeAsCsv', writeMode)
    return this.sink('Sink: Write as Csv', new WriteAsCsvSink<unknown>(target, mode, { row, field }))
  }

  /**
   * Every record to a TCP server, as the bytes that the schema makes of it. Parallelism 1. At least once: a connection that breaks is
   * opened again, ten times in five seconds, and has again what was sent since the last checkpoint; then, or where that was over 4 MiB,
   * the task fails with SOCKET_SINK_FAILED.
   *
   * @example
   * ```ts
   * import { StreamExecutionEnvironment } from 'flink-ts'
   *
   * const env = StreamExecutionEnvironment.getExecutionEnvironment()
   * env.fromElements('to be', 'or not').writeToSocket('localhost', 9999, (line) => `${line}\n`)
   * ```
   */
  writeToSocket(
    hostName: string,
    port: number,
    schema: SerializationSchema<T> | SerializationSchema<T>['serialize'],
  ): DataStreamSink<T> {
    const host = checkedText('writeToSocket', 'the host', hostName)
    const serializer = asFunctionObject<SerializationSchema<unknown>>(schema, 'serialize', 'writeToSocket')
    checkedPort('writeToSocket', port)
    const settings = { host, port, schema: serializer, maxNumRetries: SOCKET_SINK_RETRIES }
    return this.sink('Sink: Write to Socket', new SocketClientSink<unknown>(settings)).setParallelism(1)
  }

  /**
   * Takes the records to the outside by a sink with writers. One with {@link SupportsCommitter} has each record exactly once there: what
   * writers prepare for a checkpoint is committed once that is complete. GRAPH_INVALID where the argument is no sink.
   *
   * @example
   * ```ts
   * import { StreamExecutionEnvironment, type Sink } from 'flink-ts'
   *
   * const logging: Sink<number> = {
   *   createWriter: () => ({ write: (element) => console.log(element), flush: () => undefined }),
   * }
   * const env = StreamExecutionEnvironment.getExecutionEnvironment()
   * env.fromSequence(1, 10).sinkTo(logging).uid('logging')
   * ```
   * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/sources/
   */
  sinkTo(sink: Sink<T>): DataStreamSink<T> {
    return this.recorder.sinkTo(this.transformation, checkSink(sink))
  }

  /**
   * Runs the job, and gives its results while it runs; with a limit, an array of the first so many, after which the job is cancelled. With
   * checkpoints that are exactly once a result comes with the checkpoint after it, once; with those at least once, or without any, at once,
   * and in the first case again after a restart, which is RESULTS_COME_AGAIN in the second. Everything that was added to the environment
   * runs with it, and is not part of its next job. A `for await` may go over the results as well as over what is given, without `await`.
   *
   * @throws FlinkError JOB_EXECUTION_FAILED from the iterator where the job fails, GRAPH_INVALID for a limit below 1.
   * @example
   * ```ts
   * import { StreamExecutionEnvironment } from 'flink-ts'
   *
   * const env = StreamExecutionEnvironment.getExecutionEnvironment()
   * const firstTen: number[] = await env.fromSequence(1, 1_000_000).executeAndCollect(10)
   * ```
   * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/datastream/DataStream.html
   */
  executeAndCollect(jobName?: string): Promise<CloseableIterator<T>> & AsyncIterable<T>
  executeAndCollect(limit: number): Promise<T[]> & AsyncIterable<T>
  executeAndCollect(jobName: string, limit: number): Promise<T[]> & AsyncIterable<T>
  executeAndCollect(
    ...given: readonly (string | number | undefined)[]
  ): Promise<AsyncIterable<T> | T[]> & AsyncIterable<T> {
    return iterableOnceThere(this.#collect(given))
  }

  async #collect(given: readonly (string | number | undefined)[]): Promise<CloseableIterator<T> | T[]> {
    const { jobName, limit } = collectArguments(given)
    const { host } = this.recorder
    const settings = host.collectSettings()
    this.sink('Data stream collect sink', new CollectSinkFunction<unknown>(settings)).setParallelism(1)
    const results = new CloseableIterator<T>(await host.submit(jobName), settings.registeredTypes)
    if (limit === undefined) return results
    const values: T[] = []
    for await (const value of results) if (values.push(value) === limit) break
    return values
  }

  /**
   * An operator of the program's own. GRAPH_INVALID where it does not extend AbstractStreamOperator. `outputType` may be undefined.
   *
   * @see OneInputStreamOperator
   */
  transform<O>(
    operatorName: string,
    outputType: TypeInformation<O> | undefined,
    operator: OneInputStreamOperator<T, O>,
  ): SingleOutputStreamOperator<O> {
    const own = asOwnOperator<OneInputStreamOperator<unknown, unknown>>(operator, ['processElement'])
    const name = checkedText('transform', 'the name', operatorName)
    return this.apply(name, { kind: 'own-one-input', function: own }, outputType)
  }

  protected apply<O>(
    name: string,
    operator: OperatorSpec,
    outputType: TypeInformation<unknown> | undefined,
  ): SingleOutputStreamOperator<O> {
    return this.recorder.operator(this.asInput(), { name, operator, outputType })
  }

  protected asInput(): TransformationInput {
    return { input: this.transformation, key: this.key }
  }

  /** All records under one key. */
  protected asOneKey(): TransformationInput {
    return this.recorder.keyed<T, number>(this.transformation, ONE_KEY).asInput()
  }

  protected declaredType(): TypeInformation<unknown> | undefined {
    return this.transformation.outputType
  }

  protected partitioned(partitioner: PartitionerSpec): DataStream<T> {
    return this.recorder.partitioned(this.transformation, partitioner)
  }

  protected sink(name: string, userFunction: SinkFunction<unknown>): DataStreamSink<T> {
    const operator: OperatorSpec = { kind: 'sink', function: userFunction }
    return this.recorder.sink(this.asInput(), { name, operator, outputType: undefined })
  }

  /** Each gets the key of the pair, whatever key it has. */
  #pairWith(other: unknown, method: string): StreamPair {
    if (other instanceof DataStream) {
      const inputs = [unkeyed(this.transformation), unkeyed(other.transformation)] as const
      return { method, recorder: this.recorder, inputs }
    }
    const reason = `${method}() takes another stream, not ${describeValue(other)}`
    throw new FlinkError('GRAPH_INVALID', { operator: method, reason })
  }
}

function unkeyed(input: Transformation): TransformationInput {
  return { input, key: undefined }
}
