import type { Collector } from '../../functions/collector.js'
import { RichFunction } from '../../functions/rich-function.js'
import type { Window } from '../windows/window.js'
import type { ProcessWindowFunctionContext } from './process-window-function.js'

/**
 * Makes the results of a window of a stream without keys: a {@link ProcessWindowFunction} without the key.
 *
 * @example
 * ```ts
 * import { ProcessAllWindowFunction, type Collector, type ProcessWindowFunctionContext, type TimeWindow } from 'flink-ts'
 *
 * class Count extends ProcessAllWindowFunction<unknown, number, TimeWindow> {
 *   process(_context: ProcessWindowFunctionContext<TimeWindow>, elements: Iterable<unknown>, out: Collector<number>): void {
 *     out.collect([...elements].length)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#processwindowfunction
 */
export abstract class ProcessAllWindowFunction<IN, OUT, W extends Window> extends RichFunction {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. Results have the greatest timestamp of the window. */
  abstract process(context: ProcessWindowFunctionContext<W>, elements: Iterable<IN>, out: Collector<OUT>): void

  /** The window ends: clears what it has in `windowState()`. */
  clear(_context: ProcessWindowFunctionContext<W>): void {
    return undefined
  }
}
