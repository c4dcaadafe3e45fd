import type { OneInputTransformation } from '../dag/transformation.js'
import type { KeptStateDescriptor } from '../functions/queryable-state-function.js'
import { DataStreamSink } from './data-stream-sink.js'

/**
 * The end of a keyed stream that is kept as state, which may be asked about from outside: `KeyedStream.asQueryableState`.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type QueryableStateStream } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const newest: QueryableStateStream<[string, number]> = env
 *   .fromElements<[string, number]>(['a', 1], ['a', 2])
 *   .keyBy(0)
 *   .asQueryableState('newest')
 * newest.uid('newest')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/fault-tolerance/queryable_state/#queryable-state-stream
 */
export class QueryableStateStream<T> extends DataStreamSink<T> {
  readonly #descriptor: KeptStateDescriptor<unknown>

  constructor(transformation: OneInputTransformation, descriptor: KeptStateDescriptor<unknown>) {
    super(transformation)
    this.#descriptor = descriptor
  }

  /** The name that a QueryableStateClient asks by. */
  getQueryableStateName(): string {
    return this.#descriptor.getQueryableStateName() ?? ''
  }

  /** Of the state that the records become. */
  getStateDescriptor(): KeptStateDescriptor<unknown> {
    return this.#descriptor
  }
}
