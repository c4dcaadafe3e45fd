import type { Collector } from './collector.js'
import { RichFunction } from './rich-function.js'

/**
 * Makes results of all records that two streams have of one key in one window. It is called also where one of the streams has
 * none, so it can do outer joins. A function serves as well.
 *
 * @example
 * ```ts
 * import type { CoGroupFunction } from 'flink-ts'
 *
 * // Orders without a payment.
 * const unpaid: CoGroupFunction<{ id: string }, { order: string }, string> = {
 *   coGroup(orders, payments, out) {
 *     if ([...payments].length === 0) for (const order of orders) out.collect(order.id)
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#window-cogroup
 */
export interface CoGroupFunction<IN1, IN2, OUT> {
  /** Records of each stream in the order in which they came. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  coGroup(first: Iterable<IN1>, second: Iterable<IN2>, out: Collector<OUT>): void
}

/**
 * A {@link CoGroupFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichCoGroupFunction, type Collector } from 'flink-ts'
 *
 * class Counts extends RichCoGroupFunction<string, string, [number, number]> {
 *   coGroup(first: Iterable<string>, second: Iterable<string>, out: Collector<[number, number]>): void {
 *     out.collect([[...first].length, [...second].length])
 *   }
 * }
 * ```
 */
export abstract class RichCoGroupFunction<IN1, IN2, OUT>
  extends RichFunction
  implements CoGroupFunction<IN1, IN2, OUT>
{
  abstract coGroup(first: Iterable<IN1>, second: Iterable<IN2>, out: Collector<OUT>): void
}
