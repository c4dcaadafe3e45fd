import type { TimeWindow } from '../windows/time-window.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/**
 * Fires when the clock passes the end of the window.
 *
 * @example
 * ```ts
 * import { ProcessingTimeTrigger, PurgingTrigger } from 'flink-ts'
 *
 * const whatIsNew = PurgingTrigger.of(ProcessingTimeTrigger.create())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class ProcessingTimeTrigger extends Trigger<unknown, TimeWindow> {
  private constructor() {
    super()
  }

  static create(): ProcessingTimeTrigger {
    return new ProcessingTimeTrigger()
  }

  onElement(_element: unknown, _timestamp: number, window: TimeWindow, ctx: TriggerContext): TriggerResult {
    ctx.registerProcessingTimeTimer(window.maxTimestamp())
    return TriggerResult.CONTINUE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.FIRE
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  clear(window: TimeWindow, ctx: TriggerContext): void {
    ctx.deleteProcessingTimeTimer(window.maxTimestamp())
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(window: TimeWindow, ctx: OnMergeContext): void {
    if (window.maxTimestamp() > ctx.getCurrentProcessingTime()) ctx.registerProcessingTimeTimer(window.maxTimestamp())
  }

  override toString(): string {
    return 'ProcessingTimeTrigger()'
  }
}
