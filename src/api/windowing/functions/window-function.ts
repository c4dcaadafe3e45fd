import type { Collector } from '../../functions/collector.js'
import { RichFunction } from '../../functions/rich-function.js'
import type { Window } from '../windows/window.js'

/**
 * Makes the results of a window of a key, without a context. A function serves as well.
 *
 * @example
 * ```ts
 * import type { TimeWindow, WindowFunction } from 'flink-ts'
 *
 * const count: WindowFunction<unknown, [string, number], string, TimeWindow> = {
 *   apply: (key, _window, input, out) => out.collect([key, [...input].length]),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#windowfunction-legacy
 */
export interface WindowFunction<IN, OUT, KEY, W extends Window> {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. Results have the greatest timestamp of the window. */
  apply(key: KEY, window: W, input: Iterable<IN>, out: Collector<OUT>): void
}

/**
 * A {@link WindowFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichWindowFunction, type Collector, type TimeWindow } from 'flink-ts'
 *
 * class Numbered extends RichWindowFunction<number, string, string, TimeWindow> {
 *   apply(key: string, _window: TimeWindow, _input: Iterable<number>, out: Collector<string>): void {
 *     out.collect(`${key} of subtask ${String(this.getRuntimeContext().getIndexOfThisSubtask())}`)
 *   }
 * }
 * ```
 */
export abstract class RichWindowFunction<IN, OUT, KEY, W extends Window>
  extends RichFunction
  implements WindowFunction<IN, OUT, KEY, W>
{
  abstract apply(key: KEY, window: W, input: Iterable<IN>, out: Collector<OUT>): void
}
