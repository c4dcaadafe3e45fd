import type { DurationLike } from '../../eventtime/time.js'
import { positiveMilliseconds } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { fireTimeDescriptor } from './fire-time.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

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
export class ContinuousEventTimeTrigger extends Trigger<unknown, Window> {
  readonly #intervalMs: number
  readonly #fireTime = fireTimeDescriptor()

  private constructor(intervalMs: number) {
    super()
    this.#intervalMs = intervalMs
  }

  /** The interval in ms. */
  static of(interval: DurationLike): ContinuousEventTimeTrigger {
    const place = { method: 'ContinuousEventTimeTrigger.of', name: 'interval' }
    return new ContinuousEventTimeTrigger(positiveMilliseconds(interval, place))
  }

  onElement(_element: unknown, timestamp: number, window: Window, ctx: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= ctx.getCurrentWatermark()) return TriggerResult.FIRE
    ctx.registerEventTimeTimer(window.maxTimestamp())
    if (ctx.getPartitionedState(this.#fireTime).get() === null) {
      this.#registerNext(timestamp - (timestamp % this.#intervalMs), window, ctx)
    }
    return TriggerResult.CONTINUE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onEventTime(timeMs: number, window: Window, ctx: TriggerContext): TriggerResult {
    if (timeMs === window.maxTimestamp()) return TriggerResult.FIRE
    const fireTime = ctx.getPartitionedState(this.#fireTime)
    if (fireTime.get() !== timeMs) return TriggerResult.CONTINUE
    fireTime.clear()
    this.#registerNext(timeMs, window, ctx)
    return TriggerResult.FIRE
  }

  clear(_window: Window, ctx: TriggerContext): void {
    const fireTime = ctx.getPartitionedState(this.#fireTime)
    const timeMs = fireTime.get()
    if (timeMs === null) return
    ctx.deleteEventTimeTimer(timeMs)
    fireTime.clear()
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: Window, ctx: OnMergeContext): void {
    ctx.mergePartitionedState(this.#fireTime)
    const next = ctx.getPartitionedState(this.#fireTime).get()
    if (next !== null) ctx.registerEventTimeTimer(next)
  }

  getInterval(): number {
    return this.#intervalMs
  }

  override toString(): string {
    return `ContinuousEventTimeTrigger(${String(this.#intervalMs)})`
  }

  #registerNext(fromMs: number, window: Window, ctx: TriggerContext): void {
    const next = Math.min(fromMs + this.#intervalMs, window.maxTimestamp())
    ctx.getPartitionedState(this.#fireTime).add(next)
    ctx.registerEventTimeTimer(next)
  }
}
