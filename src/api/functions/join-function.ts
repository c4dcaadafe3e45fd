import { RichFunction } from './rich-function.js'

/**
 * Makes one result of each pair of records of two streams, as a window join takes it. A function serves as well.
 *
 * @example
 * ```ts
 * import type { JoinFunction } from 'flink-ts'
 *
 * const priced: JoinFunction<{ item: string }, { price: number }, [string, number]> = {
 *   join: (order, offer) => [order.item, offer.price],
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
 */
export interface JoinFunction<IN1, IN2, OUT> {
  /** What it gives is the result, also where that is undefined. Synchronous: a Promise is the error ASYNC_NOT_ALLOWED. */
  join(first: IN1, second: IN2): OUT
}

/**
 * A {@link JoinFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichJoinFunction } from 'flink-ts'
 *
 * class Numbered extends RichJoinFunction<string, string, string> {
 *   join(first: string, second: string): string {
 *     return `${first}-${second} of subtask ${String(this.getRuntimeContext().getIndexOfThisSubtask())}`
 *   }
 * }
 * ```
 */
export abstract class RichJoinFunction<IN1, IN2, OUT> extends RichFunction implements JoinFunction<IN1, IN2, OUT> {
  abstract join(first: IN1, second: IN2): OUT
}
