import type { Collector } from './collector.js'
import { RichFunction } from './rich-function.js'

/**
 * Turns each record of two connected streams into none, one or several. Both methods are of one object, so what one of them
 * keeps the other one sees.
 *
 * @example
 * ```ts
 * import type { CoFlatMapFunction } from 'flink-ts'
 *
 * const wordsAndNumbers: CoFlatMapFunction<string, number, string> = {
 *   flatMap1: (line, out) => line.split(' ').forEach((word) => out.collect(word)),
 *   flatMap2: (value, out) => out.collect(String(value)),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#comap-coflatmap
 */
export interface CoFlatMapFunction<IN1, IN2, OUT> {
  /** For a record of the first stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  flatMap1(value: IN1, out: Collector<OUT>): void
  /** For a record of the second stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  flatMap2(value: IN2, out: Collector<OUT>): void
}

/**
 * A {@link CoFlatMapFunction} with life cycle and {@link RuntimeContext}; on keyed streams both methods have the same keyed
 * state.
 *
 * @example
 * ```ts
 * import { RichCoFlatMapFunction, ValueStateDescriptor, type Collector, type ValueState } from 'flink-ts'
 *
 * // Lets the records of a key through from the moment when the second stream has named the key.
 * class Released extends RichCoFlatMapFunction<string, string, string> {
 *   #released!: ValueState<boolean>
 *   override open(): void {
 *     this.#released = this.getRuntimeContext().getState(new ValueStateDescriptor<boolean>('released'))
 *   }
 *   flatMap1(value: string, out: Collector<string>): void {
 *     if (this.#released.value() === true) out.collect(value)
 *   }
 *   flatMap2(): void {
 *     this.#released.update(true)
 *   }
 * }
 * ```
 */
export abstract class RichCoFlatMapFunction<IN1, IN2, OUT>
  extends RichFunction
  implements CoFlatMapFunction<IN1, IN2, OUT>
{
  abstract flatMap1(value: IN1, out: Collector<OUT>): void
  abstract flatMap2(value: IN2, out: Collector<OUT>): void
}
