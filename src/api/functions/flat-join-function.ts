import type { Collector } from './collector.js'
import { RichFunction } from './rich-function.js'

/**
 * Makes any number of results of each pair of records of two streams. It is told from a {@link JoinFunction} by its third
 * parameter.
 *
 * @example
 * ```ts
 * import type { FlatJoinFunction } from 'flink-ts'
 *
 * const cheaper: FlatJoinFunction<{ limit: number }, { price: number }, number> = {
 *   join(order, offer, out) {
 *     if (offer.price < order.limit) out.collect(offer.price)
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
 */
export interface FlatJoinFunction<IN1, IN2, OUT> {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  join(first: IN1, second: IN2, out: Collector<OUT>): void
}

/**
 * A {@link FlatJoinFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichFlatJoinFunction, type Collector } from 'flink-ts'
 *
 * class Rising extends RichFlatJoinFunction<number, number, string> {
 *   join(first: number, second: number, out: Collector<string>): void {
 *     if (first < second) out.collect(`${String(first)} < ${String(second)}`)
 *   }
 * }
 * ```
 */
export abstract class RichFlatJoinFunction<IN1, IN2, OUT>
  extends RichFunction
  implements FlatJoinFunction<IN1, IN2, OUT>
{
  abstract join(first: IN1, second: IN2, out: Collector<OUT>): void
}
