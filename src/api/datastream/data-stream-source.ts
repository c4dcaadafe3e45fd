import { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/**
 * The stream of a source. A source that is not parallel refuses any parallelism but 1.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type DataStreamSource } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const numbers: DataStreamSource<number> = env.fromSequence(1, 100)
 * numbers.setParallelism(2).uid('numbers').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/overview/#data-sources
 */
export class DataStreamSource<T> extends SingleOutputStreamOperator<T> {
  /** False where the parallelism must stay 1. */
  isParallel(): boolean {
    return !this.transformation.settings.nonParallel
  }
}
