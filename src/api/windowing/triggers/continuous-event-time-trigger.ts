import type { DurationLike } from '../../eventtime/time.js'
import { positiveMilliseconds } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { ContinuousTrigger } from './continuous-trigger.js'
import type { TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'

/**
 * Fires whenever the watermark passes a multiple of the interval, from the first record of a window on, and at its end.
 * After the end every late record fires.
 *
 * @example
 * ```ts
 * import { ContinuousEventTimeTrigger, Time } from 'flink-ts'
 *
 * const everyMinute = ContinuousEventTimeTrigger.of(Time.minutes(1))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class ContinuousEventTimeTrigger extends ContinuousTrigger {
  private constructor(intervalMs: number) {
    super(intervalMs)
  }

  /** The interval in ms. */
  static of(interval: DurationLike): ContinuousEventTimeTrigger {
    const place = { method: 'ContinuousEventTimeTrigger.of', name: 'interval' }
    return new ContinuousEventTimeTrigger(positiveMilliseconds(interval, place))
  }

  onElement(_element: unknown, timestamp: number, window: Window, ctx: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= ctx.getCurrentWatermark()) return TriggerResult.FIRE
    ctx.registerEventTimeTimer(window.maxTimestamp())
    this.begin(timestamp, window, ctx)
    return TriggerResult.CONTINUE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onEventTime(timeMs: number, window: Window, ctx: TriggerContext): TriggerResult {
    return timeMs === window.maxTimestamp() ? TriggerResult.FIRE : this.fire(timeMs, window, ctx)
  }

  protected registerTimer(timeMs: number, ctx: TriggerContext): void {
    ctx.registerEventTimeTimer(timeMs)
  }

  protected deleteTimer(timeMs: number, ctx: TriggerContext): void {
    ctx.deleteEventTimeTimer(timeMs)
  }
}
