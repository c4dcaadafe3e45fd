import type { Collector } from '../../functions/collector.js'
import type { OutputTag } from '../../functions/output-tag.js'
import { RichFunction } from '../../functions/rich-function.js'
import type { KeyedStateStore } from '../../state/keyed-state-store.js'
import type { Window } from '../windows/window.js'

/** What {@link ProcessWindowFunction} knows of the window that fires. Valid during the call only. */
export interface ProcessWindowFunctionContext<W extends Window> {
  window(): W
  /** Ms since the epoch, by the clock. */
  currentProcessingTime(): number
  /** How far event time has come, in ms since the epoch: -Infinity at first, Infinity at the end of the data. */
  currentWatermark(): number
  /** State of the key and window, to be cleared in `clear`. With windows that merge it is WINDOW_STATE_NOT_MERGEABLE. */
  windowState(): KeyedStateStore
  /** State of the key. */
  globalState(): KeyedStateStore
  /** Emits a record to a side output; read it with `getSideOutput` of the operator's stream. */
  output<X>(outputTag: OutputTag<X>, value: X): void
}

/**
 * Makes the results of a window of a key out of its records, or out of the one value that they were reduced or aggregated to.
 *
 * @example
 * ```ts
 * import { ProcessWindowFunction, type Collector, type ProcessWindowFunctionContext, type TimeWindow } from 'flink-ts'
 *
 * class CountVisits extends ProcessWindowFunction<unknown, string, string, TimeWindow> {
 *   process(
 *     user: string,
 *     context: ProcessWindowFunctionContext<TimeWindow>,
 *     visits: Iterable<unknown>,
 *     out: Collector<string>,
 *   ): void {
 *     out.collect(`${user}: ${String([...visits].length)} visits until ${String(context.window().getEnd())}`)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#processwindowfunction
 */
export abstract class ProcessWindowFunction<IN, OUT, KEY, W extends Window> extends RichFunction {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. Results have the greatest timestamp of the window. */
  abstract process(
    key: KEY,
    context: ProcessWindowFunctionContext<W>,
    elements: Iterable<IN>,
    out: Collector<OUT>,
  ): void

  /** The window ends: clears what it has in `windowState()`. */
  clear(_context: ProcessWindowFunctionContext<W>): void {
    return undefined
  }
}
