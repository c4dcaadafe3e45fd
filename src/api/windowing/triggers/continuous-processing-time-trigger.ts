import type { DurationLike } from '../../eventtime/time.js'
import { positiveMilliseconds } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { ContinuousTrigger } from './continuous-trigger.js'
import type { TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'

/**
 * Fires whenever the clock passes a multiple of the interval, from the first record of a window on, and at its end.
 *
 * @example
 * ```ts
 * import { ContinuousProcessingTimeTrigger, Time } from 'flink-ts'
 *
 * const everySecond = ContinuousProcessingTimeTrigger.of(Time.seconds(1))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class ContinuousProcessingTimeTrigger extends ContinuousTrigger {
  private constructor(intervalMs: number) {
    super(intervalMs)
  }

  /** The interval in ms. */
  static of(interval: DurationLike): ContinuousProcessingTimeTrigger {
    const place = { method: 'ContinuousProcessingTimeTrigger.of', name: 'interval' }
    return new ContinuousProcessingTimeTrigger(positiveMilliseconds(interval, place))
  }

  onElement(_element: unknown, _timestamp: number, window: Window, ctx: TriggerContext): TriggerResult {
    this.begin(ctx.getCurrentProcessingTime(), window, ctx)
    return TriggerResult.CONTINUE
  }

  onProcessingTime(timeMs: number, window: Window, ctx: TriggerContext): TriggerResult {
    return this.fire(timeMs, window, ctx)
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  protected registerTimer(timeMs: number, ctx: TriggerContext): void {
    ctx.registerProcessingTimeTimer(timeMs)
  }

  protected deleteTimer(timeMs: number, ctx: TriggerContext): void {
    ctx.deleteProcessingTimeTimer(timeMs)
  }
}
