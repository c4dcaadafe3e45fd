import type { Collector } from './collector.js'
import type { OutputTag } from './output-tag.js'
import { RichFunction } from './rich-function.js'

/**
 * What a {@link ProcessJoinFunction} knows of a pair of records. Valid during the call only.
 *
 * @example
 * ```ts
 * import type { ProcessJoinFunctionContext } from 'flink-ts'
 *
 * const distanceMs = (ctx: ProcessJoinFunctionContext): number => ctx.getRightTimestamp() - ctx.getLeftTimestamp()
 * ```
 */
export interface ProcessJoinFunctionContext {
  /** Event time of the left record: ms since the epoch. */
  getLeftTimestamp(): number
  /** Event time of the right record: ms since the epoch. */
  getRightTimestamp(): number
  /** The greater of both, which is that of the results. */
  getTimestamp(): number
  /** Writes to a side output, with the timestamp of the pair. */
  output<X>(outputTag: OutputTag<X>, value: X): void
}

/**
 * Makes any number of results of each pair of records that an interval join finds. It is a rich function.
 *
 * @example
 * ```ts
 * import { ProcessJoinFunction, type Collector, type ProcessJoinFunctionContext } from 'flink-ts'
 *
 * class Delay extends ProcessJoinFunction<{ id: string }, { id: string }, [string, number]> {
 *   processElement(
 *     left: { id: string },
 *     _right: { id: string },
 *     ctx: ProcessJoinFunctionContext,
 *     out: Collector<[string, number]>,
 *   ): void {
 *     out.collect([left.id, ctx.getRightTimestamp() - ctx.getLeftTimestamp()])
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join
 */
export abstract class ProcessJoinFunction<IN1, IN2, OUT> extends RichFunction {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(left: IN1, right: IN2, ctx: ProcessJoinFunctionContext, out: Collector<OUT>): void
}
