import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { defaultSettings } from '../dag/default-settings.js'
import type { KeySpec } from '../dag/key-spec.js'
import type { OperatorSpec } from '../dag/operator-spec.js'
import type { PartitionerSpec } from '../dag/partitioner-spec.js'
import type { OneInputTransformation, Transformation, TransformationInput } from '../dag/transformation.js'
import { OutputTag } from '../functions/output-tag.js'
import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DataStreamSink } from './data-stream-sink.js'
import { DataStreamSource } from './data-stream-source.js'
import { DataStream } from './data-stream.js'
import { KeyedStream } from './keyed-stream.js'
import { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/** An operator as its stream describes it: all but the inputs. */
export interface RecordedOperator {
  readonly name: string
  readonly operator: OperatorSpec
  /** Undefined where neither the user nor the operator declares it. */
  readonly outputType: TypeInformation<unknown> | undefined
}

/**
 * What a program has asked for so far. An environment has one, and hands it to its streams: they say what is to be done, the
 * recorder numbers it, keeps it and gives the stream of its results. So every stream is made here, and no stream class imports
 * another for that: DataStream could not import those that extend it.
 */
export class TransformationRecorder {
  #transformations: Transformation[] = []
  #lastId = 0

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

  union<T>(inputs: readonly [Transformation, ...Transformation[]]): DataStream<T> {
    const [{ outputType }] = inputs
    const settings = defaultSettings('Union')
    return new DataStream<T>({ type: 'union', id: this.#nextId(), inputs, outputType, settings }, this)
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
    const settings = defaultSettings('Side Output')
    const { type: outputType } = tag
    const id = this.#nextId()
    return new DataStream<X>({ type: 'side-output', id, input, tag: tag.getId(), outputType, settings }, this)
  }

  /** All that was recorded, for a job; what comes later is of the next one, and its numbers go on. */
  takeTransformations(): readonly Transformation[] {
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
