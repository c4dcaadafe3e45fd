import type { Collector } from '../../functions/collector.js'
import { RichFunction } from '../../functions/rich-function.js'
import type { Window } from '../windows/window.js'

/**
 * Makes the results of a window of a stream without keys, without a context. A function serves as well.
 *
 * @example
 * ```ts
 * import type { AllWindowFunction, TimeWindow } from 'flink-ts'
 *
 * const count: AllWindowFunction<unknown, number, TimeWindow> = {
 *   apply: (_window, values, out) => out.collect([...values].length),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#windowfunction-legacy
 */
export interface AllWindowFunction<IN, OUT, W extends Window> {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. Results have the greatest timestamp of the window. */
  apply(window: W, values: Iterable<IN>, out: Collector<OUT>): void
}

/**
 * An {@link AllWindowFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichAllWindowFunction, type Collector, type TimeWindow } from 'flink-ts'
 *
 * class First extends RichAllWindowFunction<number, number, TimeWindow> {
 *   apply(_window: TimeWindow, values: Iterable<number>, out: Collector<number>): void {
 *     for (const value of values) return out.collect(value)
 *   }
 * }
 * ```
 */
export abstract class RichAllWindowFunction<IN, OUT, W extends Window>
  extends RichFunction
  implements AllWindowFunction<IN, OUT, W>
{
  abstract apply(window: W, values: Iterable<IN>, out: Collector<OUT>): void
}
