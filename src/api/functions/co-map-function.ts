import { RichFunction } from './rich-function.js'

/**
 * Turns each record of two connected streams into exactly one other. Both methods are of one object, so what one of them keeps
 * the other one sees.
 *
 * @example
 * ```ts
 * import type { CoMapFunction } from 'flink-ts'
 *
 * const asText: CoMapFunction<number, boolean, string> = {
 *   map1: (count) => `count ${count}`,
 *   map2: (flag) => `flag ${flag}`,
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#comap-coflatmap
 */
export interface CoMapFunction<IN1, IN2, OUT> {
  /** For a record of the first stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  map1(value: IN1): OUT
  /** For a record of the second stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  map2(value: IN2): OUT
}

/**
 * A {@link CoMapFunction} with life cycle and {@link RuntimeContext}; on keyed streams both methods have the same keyed state.
 *
 * @example
 * ```ts
 * import { RichCoMapFunction, Types, ValueStateDescriptor, type ValueState } from 'flink-ts'
 *
 * class Sum extends RichCoMapFunction<number, number, number> {
 *   #sum!: ValueState<number>
 *   override open(): void {
 *     this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', Types.LONG, 0))
 *   }
 *   map1(added: number): number {
 *     this.#sum.update((this.#sum.value() ?? 0) + added)
 *     return this.#sum.value() ?? 0
 *   }
 *   map2(removed: number): number {
 *     return this.map1(-removed)
 *   }
 * }
 * ```
 */
export abstract class RichCoMapFunction<IN1, IN2, OUT> extends RichFunction implements CoMapFunction<IN1, IN2, OUT> {
  abstract map1(value: IN1): OUT
  abstract map2(value: IN2): OUT
}
