import type { TimeWindow } from '../windows/time-window.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/**
 * Fires when the watermark passes the end of the window, and for each late record after that.
 *
 * @example
 * ```ts
 * import { EventTimeTrigger, PurgingTrigger } from 'flink-ts'
 *
 * const whatIsNew = PurgingTrigger.of(EventTimeTrigger.create())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class EventTimeTrigger extends Trigger<unknown, TimeWindow> {
  private constructor() {
    super()
  }

  static create(): EventTimeTrigger {
    return new EventTimeTrigger()
  }

  onElement(_element: unknown, _timestamp: number, window: TimeWindow, ctx: TriggerContext): TriggerResult {
    // A late record of a window that is still there.
    if (window.maxTimestamp() <= ctx.getCurrentWatermark()) return TriggerResult.FIRE
    ctx.registerEventTimeTimer(window.maxTimestamp())
    return TriggerResult.CONTINUE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onEventTime(timeMs: number, window: TimeWindow): TriggerResult {
    return timeMs === window.maxTimestamp() ? TriggerResult.FIRE : TriggerResult.CONTINUE
  }

  clear(window: TimeWindow, ctx: TriggerContext): void {
    ctx.deleteEventTimeTimer(window.maxTimestamp())
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(window: TimeWindow, ctx: OnMergeContext): void {
    // Else onElement, which follows, fires.
    if (window.maxTimestamp() > ctx.getCurrentWatermark()) ctx.registerEventTimeTimer(window.maxTimestamp())
  }

  override toString(): string {
    return 'EventTimeTrigger()'
  }
}
