import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { defaultSettings } from '../dag/default-settings.js'
import type { KeySpec } from '../dag/key-spec.js'
import { DEAD_LETTERS } from '../dag/on-error.js'
import type { OperatorSpec } from '../dag/operator-spec.js'
import type { PartitionerSpec } from '../dag/partitioner-spec.js'
import type {
  FeedbackTransformation,
  OneInputTransformation,
  RecordedTransformation,
  Transformation,
  TransformationInput,
} from '../dag/transformation.js'
import type { DeadLetter } from '../badrecords/dead-letter.js'
import { OutputTag } from '../functions/output-tag.js'
import { QueryableStateFunction, type KeptStateDescriptor } from '../functions/queryable-state-function.js'
import type { AnySink } from '../connector/sink2/sink-check.js'
import type { CollectSettings } from '../functions/sink/collect-sink-function.js'
import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import type { CollectedJob } from './closeable-iterator.js'
import { ConnectedIterativeStreams } from './connected-iterative-streams.js'
import { DataStreamSink } from './data-stream-sink.js'
import { DataStreamSource } from './data-stream-source.js'
import { DataStream } from './data-stream.js'
import { checkedMaxWait } from './feedback-closing.js'
import { IterativeStream } from './iterative-stream.js'
import { KeyedStream } from './keyed-stream.js'
import { QueryableStateStream } from './queryable-state-stream.js'
import { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/** Operators whose functions get no context. */
const WITHOUT_SIDE_OUTPUT: ReadonlySet<OperatorSpec['kind']> = new Set([
  'map',
  'flat-map',
  'filter',
  'reduce',
  'async-wait',
  'co-map',
  'co-flat-map',
  'co-group',
  'timestamps-and-watermarks',
])

/** An operator as its stream describes it: all but the inputs. */
export interface RecordedOperator {
  readonly name: string
  readonly operator: OperatorSpec
  /** Undefined where neither the user nor the operator declares it. */
  readonly outputType: TypeInformation<unknown> | undefined
}

/** What streams need of their environment beside the recording. */
export interface RecorderHost {
  collectSettings(): CollectSettings
  submit(jobName: string): Promise<CollectedJob>
}

/** Windows of a stream, by the name that their operator will have. */
export interface OpenWindows {
  readonly name: string
}

/**
 * What a program has asked for so far. An environment has one, and hands it to its streams: they say what is to be done, the
 * recorder numbers it, keeps it and gives the stream of its results. So every stream is made here, and no stream class imports
 * another for that: DataStream could not import those that extend it.
 */
export class TransformationRecorder {
  readonly #host: RecorderHost | undefined
  #transformations: RecordedTransformation[] = []
  #lastId: number
  readonly #openWindows = new Set<OpenWindows>()

  /** `lastId`: numbers go on after it. */
  constructor(host?: RecorderHost, lastId = 0) {
    this.#host = host
    this.#lastId = lastId
  }

  /** The environment whose streams these are. */
  get host(): RecorderHost {
    if (this.#host !== undefined) return this.#host
    throw new FlinkError('ASSERTION_FAILED', { what: 'these streams belong to no environment' })
  }

  source<T>(recorded: RecordedOperator, facts: { bounded: boolean; nonParallel: boolean }): DataStreamSource<T> {
    const { name, operator } = recorded
    const outputType = checkOptionalType(name, recorded.outputType)
    const { bounded, nonParallel } = facts
    const id = this.#nextId()
    const settings = defaultSettings(name, { nonParallel })
    const transformation: Transformation = { type: 'source', id, operator, bounded, outputType, settings }
    this.#transformations.push(transformation)
    return new DataStreamSource<T>(transformation, this)
  }

  operator<O>(input: TransformationInput, recorded: RecordedOperator): SingleOutputStreamOperator<O> {
    return new SingleOutputStreamOperator<O>(this.#oneInput(input, recorded), this)
  }

  /** An operator with several inputs, in the order of their numbers. */
  multipleInput<O>(inputs: readonly TransformationInput[], recorded: RecordedOperator): SingleOutputStreamOperator<O> {
    const { name, operator, outputType } = recorded
    const id = this.#nextId()
    const settings = defaultSettings(name)
    const transformation: Transformation = { type: 'multiple-input', id, inputs, operator, outputType, settings }
    this.#transformations.push(transformation)
    return new SingleOutputStreamOperator<O>(transformation, this)
  }

  sink<T>(input: TransformationInput, recorded: RecordedOperator): DataStreamSink<T> {
    return new DataStreamSink<T>(this.#oneInput(input, recorded))
  }

  /** A sink with writers. */
  sinkTo<T>(input: Transformation, sink: AnySink): DataStreamSink<T> {
    const settings = defaultSettings('Sink')
    const transformation = { type: 'sink', id: this.#nextId(), input, sink, outputType: undefined, settings } as const
    this.#transformations.push(transformation)
    return new DataStreamSink<T>(transformation)
  }

  /** The records of each key are state that may be asked about; the descriptor has its name. */
  queryableState<T>(input: TransformationInput, descriptor: KeptStateDescriptor<unknown>): QueryableStateStream<T> {
    const name = `Queryable state: ${descriptor.getQueryableStateName() ?? ''}`
    const operator: OperatorSpec = { kind: 'keyed-process', function: new QueryableStateFunction(descriptor) }
    return new QueryableStateStream<T>(this.#oneInput(input, { name, operator, outputType: undefined }), descriptor)
  }

  /** For who adds to a stream that was recorded elsewhere. */
  stream<T>(transformation: Transformation): DataStream<T> {
    return new DataStream<T>(transformation, this)
  }

  union<T>(inputs: readonly [Transformation, ...Transformation[]]): DataStream<T> {
    const [{ outputType }] = inputs
    const settings = defaultSettings('Union')
    return new DataStream<T>({ type: 'union', id: this.#nextId(), inputs, outputType, settings }, this)
  }

  iteration<T>(input: Transformation, maxWaitMs: number): IterativeStream<T> {
    const { outputType } = input
    return new IterativeStream<T>(this.#feedback(input, { reads: 'with-input', maxWaitMs, outputType }), this)
  }

  /** `type`: of what comes back. */
  connectedIteration<T, F>(
    input: Transformation,
    { type, maxWaitMs }: { readonly type: TypeInformation<unknown> | undefined; readonly maxWaitMs: number },
  ): ConnectedIterativeStreams<T, F> {
    return new ConnectedIterativeStreams<T, F>(
      this.#feedback(input, { reads: 'alone', maxWaitMs, outputType: type }),
      this,
    )
  }

  /** For another stream that goes back. */
  numberOfFeedback(): number {
    return this.#nextId()
  }

  /** Windows that have no function so far: without one nothing would come of them, and nobody would say so. */
  beginWindows(windows: OpenWindows): void {
    this.#openWindows.add(windows)
  }

  endWindows(windows: OpenWindows): void {
    this.#openWindows.delete(windows)
  }

  keyed<T, K>(input: Transformation, key: KeySpec): KeyedStream<T, K> {
    return new KeyedStream<T, K>(this.#partition(input, { kind: 'hash', key }), this, key)
  }

  partitioned<T>(input: Transformation, partitioner: PartitionerSpec): DataStream<T> {
    return new DataStream<T>(this.#partition(input, partitioner), this)
  }

  sideOutput<X>(input: Transformation, tag: OutputTag<X>): DataStream<X> {
    if (!(tag instanceof OutputTag)) {
      const reason = `getSideOutput takes an OutputTag, the one that the function wrote to, not ${describeValue(tag)}`
      throw new FlinkError('GRAPH_INVALID', { operator: input.settings.name, reason })
    }
    const nothing = whyNothing(input, tag.getId())
    if (nothing !== undefined) throw new FlinkError('GRAPH_INVALID', { operator: input.settings.name, reason: nothing })
    return this.#sideOutput(input, tag.getId(), tag.type)
  }

  deadLetters<X>(input: Transformation): DataStream<DeadLetter<X>> {
    return this.#sideOutput(input, DEAD_LETTERS, undefined)
  }

  /** All that was recorded so far, which stays. */
  transformations(): readonly RecordedTransformation[] {
    return [...this.#transformations]
  }

  /** All that was recorded, for a job; what comes later is of the next one, and its numbers go on. */
  takeTransformations(): readonly RecordedTransformation[] {
    const [unused] = this.#openWindows
    this.#openWindows.clear()
    if (unused !== undefined) {
      const reason = 'its windows have no function: end them with reduce, aggregate, apply or process'
      throw new FlinkError('GRAPH_INVALID', { operator: unused.name, reason })
    }
    const transformations = this.#transformations
    this.#transformations = []
    return transformations
  }

  #oneInput({ input, key }: TransformationInput, recorded: RecordedOperator): OneInputTransformation {
    const { name, operator } = recorded
    const outputType = checkOptionalType(name, recorded.outputType)
    const id = this.#nextId()
    const settings = defaultSettings(name)
    const transformation: OneInputTransformation = { type: 'one-input', id, input, operator, key, outputType, settings }
    this.#transformations.push(transformation)
    return transformation
  }

  #sideOutput<X>(input: Transformation, tag: string, outputType: TypeInformation<unknown> | undefined): DataStream<X> {
    const settings = defaultSettings('Side Output')
    return new DataStream<X>({ type: 'side-output', id: this.#nextId(), input, tag, outputType, settings }, this)
  }

  #feedback(
    input: Transformation,
    facts: Pick<FeedbackTransformation, 'reads' | 'maxWaitMs' | 'outputType'>,
  ): FeedbackTransformation {
    const maxWaitMs = checkedMaxWait(facts.maxWaitMs)
    const settings = defaultSettings('Feedback')
    return { type: 'feedback', id: this.#nextId(), input, ...facts, maxWaitMs, feedback: [], settings }
  }

  /** Virtual, as union and side output: they are found through their readers and not kept. */
  #partition(input: Transformation, partitioner: PartitionerSpec): Transformation {
    const { outputType } = input
    const settings = defaultSettings('Partition')
    return { type: 'partition', id: this.#nextId(), input, partitioner, outputType, settings }
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }
}

/** Why an operator never writes to a side output; undefined where it may. */
function whyNothing(input: Transformation, tag: string): string | undefined {
  if (!('operator' in input)) return undefined
  const { operator } = input
  if (operator.kind === 'window') {
    const mayWrite = operator.result.kind.startsWith('process') || operator.lateTag === tag
    return mayWrite
      ? undefined
      : `getSideOutput('${tag}') would stay empty: late records go there after sideOutputLateData(tag) on its windows`
  }
  if (!WITHOUT_SIDE_OUTPUT.has(operator.kind)) return undefined
  return `getSideOutput('${tag}') would stay empty: only a process function writes to side outputs, with ctx.output(tag, record)`
}
