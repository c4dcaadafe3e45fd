import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Window } from '../windows/window.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import type { TriggerResult } from './trigger-result.js'

/**
 * Decides when a window fires. One object serves all keys and windows, so what it must remember belongs into
 * `ctx.getPartitionedState(...)`. All methods are synchronous.
 *
 * @example
 * ```ts
 * import { Trigger, TriggerResult, type TimeWindow, type TriggerContext } from 'flink-ts'
 *
 * // At the end of the window, and at once for every alarm.
 * class OnAlarm extends Trigger<{ readonly alarm: boolean }, TimeWindow> {
 *   onElement(element: { readonly alarm: boolean }, _timestamp: number, window: TimeWindow, ctx: TriggerContext): TriggerResult {
 *     ctx.registerEventTimeTimer(window.maxTimestamp())
 *     return element.alarm ? TriggerResult.FIRE : TriggerResult.CONTINUE
 *   }
 *   onProcessingTime(): TriggerResult {
 *     return TriggerResult.CONTINUE
 *   }
 *   onEventTime(): TriggerResult {
 *     return TriggerResult.FIRE
 *   }
 *   clear(window: TimeWindow, ctx: TriggerContext): void {
 *     ctx.deleteEventTimeTimer(window.maxTimestamp())
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#triggers
 */
export abstract class Trigger<T, W extends Window> {
  /** After each record that was added to the window. `timestamp`: ms since the epoch; -Infinity where it has none. */
  abstract onElement(element: T, timestamp: number, window: W, ctx: TriggerContext): TriggerResult
  /** For each timer by the clock. */
  abstract onProcessingTime(timeMs: number, window: W, ctx: TriggerContext): TriggerResult
  /** For each timer by event time. */
  abstract onEventTime(timeMs: number, window: W, ctx: TriggerContext): TriggerResult
  /** The window ends: drops timers and state. Not called for a PURGE. */
  abstract clear(window: W, ctx: TriggerContext): void

  /** Whether it can be used with windows that merge; then `onMerge` must be there. */
  canMerge(): boolean {
    return false
  }

  /** `window` takes the place of others. */
  onMerge(_window: W, _ctx: OnMergeContext): void {
    const reason = 'it says that it can merge windows, and has no onMerge'
    throw new FlinkError('GRAPH_INVALID', { operator: this.constructor.name, reason })
  }

  toString(): string {
    return `${this.constructor.name}()`
  }
}
