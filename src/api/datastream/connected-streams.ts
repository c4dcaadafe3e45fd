import { FlinkError } from '../../core/errors/flink-error.js'
import type { OperatorSpec } from '../dag/operator-spec.js'
import type { TransformationInput } from '../dag/transformation.js'
import type { CoFlatMapFunction } from '../functions/co-flat-map-function.js'
import type { CoMapFunction } from '../functions/co-map-function.js'
import { KeyedCoProcessFunction, type CoProcessFunction } from '../functions/co-process-function.js'
import type { TwoInputStreamOperator } from '../operators/two-input-stream-operator.js'
import { checkedText } from '../types/checked-text.js'
import type { TypeInformation } from '../types/type-information.js'
import { asTwoInputFunction } from './function-arguments.js'
import { asOwnOperator } from './own-operator-argument.js'
import { keySpecOf, type KeyArgument } from './key-extraction.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { TransformationRecorder } from './transformation-recorder.js'

type Keys = readonly (number | string)[]

/**
 * Two streams for one function, which has a method for each of them. Where both are keyed, records of a key meet in one subtask,
 * whichever stream they come from, and share its keyed state. In which order records of different streams are processed is open.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type ConnectedStreams } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const numbers = env.fromElements(1, 2)
 * const words = env.fromElements('one', 'two')
 * const both: ConnectedStreams<number, string> = numbers.connect(words)
 * both.map<string>({ map1: (value) => String(value), map2: (word) => word }).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#connect
 */
export class ConnectedStreams<IN1, IN2, K = unknown> {
  /** Keeps the types of the records and of the key; never read. */
  declare readonly types: readonly [IN1, IN2, K]
  readonly #recorder: TransformationRecorder
  readonly #inputs: readonly [first: TransformationInput, second: TransformationInput]

  constructor(recorder: TransformationRecorder, first: TransformationInput, second: TransformationInput) {
    this.#recorder = recorder
    this.#inputs = [first, second]
  }

  /**
   * Partitions both by key: functions, KeySelectors, positions of tuples, paths of fields, or lists of the last two. The keys of
   * both have to be of one type, which may be declared.
   */
  keyBy<Key>(
    key1: KeyArgument<IN1, Key>,
    key2: KeyArgument<IN2, Key>,
    type?: TypeInformation<Key>,
  ): ConnectedStreams<IN1, IN2, Key>
  /** By several positions or paths: the key is the tuple of them. */
  keyBy(keys1: Keys, keys2: Keys): ConnectedStreams<IN1, IN2, unknown[]>
  keyBy(key1: unknown, key2: unknown, type?: unknown): ConnectedStreams<IN1, IN2> {
    const [keys1, keys2] = [key1, key2].map((key) => (Array.isArray(key) ? (key as unknown[]) : [key]))
    if (keys1?.length !== keys2?.length) {
      const reason =
        'it was given keys of different length: a key is found in both streams only if it has as many parts'
      throw new FlinkError('GRAPH_INVALID', { operator: 'keyBy', reason })
    }
    const [first, second] = this.#inputs
    return new ConnectedStreams<IN1, IN2>(
      this.#recorder,
      this.#keyed(first, [...(keys1 ?? []), type]),
      this.#keyed(second, [...(keys2 ?? []), type]),
    )
  }

  /** One record for each record. */
  map<O>(coMapper: CoMapFunction<IN1, IN2, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const userFunction = asTwoInputFunction<CoMapFunction<unknown, unknown, unknown>>(coMapper, ['map1', 'map2'], 'map')
    return this.#apply('Co-Map', { kind: 'co-map', function: userFunction }, type)
  }

  /** Any number of records for each record. */
  flatMap<O>(coFlatMapper: CoFlatMapFunction<IN1, IN2, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const userFunction = asTwoInputFunction<CoFlatMapFunction<unknown, unknown, unknown>>(
      coFlatMapper,
      ['flatMap1', 'flatMap2'],
      'flatMap',
    )
    return this.#apply('Co-Flat Map', { kind: 'co-flat-map', function: userFunction }, type)
  }

  /** A function with context: timestamps, side outputs, timers; where both streams are keyed the key as well. */
  process<O>(
    coProcessFunction: KeyedCoProcessFunction<K, IN1, IN2, O> | CoProcessFunction<IN1, IN2, O>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    const userFunction = asTwoInputFunction<KeyedCoProcessFunction<unknown, unknown, unknown, unknown>>(
      coProcessFunction,
      ['processElement1', 'processElement2'],
      'process',
    )
    const asksForKeys = coProcessFunction instanceof KeyedCoProcessFunction
    const name = asksForKeys ? 'Co-Keyed-Process' : 'Co-Process'
    if (this.#isKeyed) return this.#apply(name, { kind: 'keyed-co-process', function: userFunction }, type)
    if (asksForKeys) {
      const reason = 'a KeyedCoProcessFunction needs two keyed streams; call keyBy(key1, key2) first'
      throw new FlinkError('GRAPH_INVALID', { operator: 'process', reason })
    }
    const withoutKey = userFunction as object as CoProcessFunction<unknown, unknown, unknown>
    return this.#apply(name, { kind: 'co-process', function: withoutKey }, type)
  }

  /** An operator of the program's own. GRAPH_INVALID where it does not extend AbstractStreamOperator. */
  transform<O>(
    operatorName: string,
    outputType: TypeInformation<O> | undefined,
    operator: TwoInputStreamOperator<IN1, IN2, O>,
  ): SingleOutputStreamOperator<O> {
    const methods = ['processElement1', 'processElement2']
    const own = asOwnOperator<TwoInputStreamOperator<unknown, unknown, unknown>>(operator, methods)
    return this.#apply(
      checkedText('transform', 'the name', operatorName),
      { kind: 'own-two-input', function: own },
      outputType,
    )
  }

  get #isKeyed(): boolean {
    return this.#inputs.every(({ key }) => key !== undefined)
  }

  #keyed({ input }: TransformationInput, keys: readonly unknown[]): TransformationInput {
    const key = keySpecOf(keys, 'keyBy')
    return { input: this.#recorder.keyed(input, key).transformation, key }
  }

  #apply<O>(
    name: string,
    operator: OperatorSpec,
    outputType: TypeInformation<unknown> | undefined,
  ): SingleOutputStreamOperator<O> {
    // With a key of one stream alone there is none for the state that both would share.
    const inputs = this.#isKeyed ? this.#inputs : this.#inputs.map(({ input }) => ({ input, key: undefined }))
    return this.#recorder.multipleInput(inputs, { name, operator, outputType })
  }
}
