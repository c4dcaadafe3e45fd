import type { DurationLike } from '../../eventtime/time.js'
import { positiveMilliseconds } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { fireTimeDescriptor } from './fire-time.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

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
export class ContinuousProcessingTimeTrigger extends Trigger<unknown, Window> {
  readonly #intervalMs: number
  readonly #fireTime = fireTimeDescriptor()

  private constructor(intervalMs: number) {
    super()
    this.#intervalMs = intervalMs
  }

  /** The interval in ms. */
  static of(interval: DurationLike): ContinuousProcessingTimeTrigger {
    const place = { method: 'ContinuousProcessingTimeTrigger.of', name: 'interval' }
    return new ContinuousProcessingTimeTrigger(positiveMilliseconds(interval, place))
  }

  onElement(_element: unknown, _timestamp: number, window: Window, ctx: TriggerContext): TriggerResult {
    if (ctx.getPartitionedState(this.#fireTime).get() === null) {
      const now = ctx.getCurrentProcessingTime()
      this.#registerNext(now - (now % this.#intervalMs), window, ctx)
    }
    return TriggerResult.CONTINUE
  }

  onProcessingTime(timeMs: number, window: Window, ctx: TriggerContext): TriggerResult {
    const fireTime = ctx.getPartitionedState(this.#fireTime)
    if (fireTime.get() !== timeMs) return TriggerResult.CONTINUE
    fireTime.clear()
    this.#registerNext(timeMs, window, ctx)
    return TriggerResult.FIRE
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  clear(_window: Window, ctx: TriggerContext): void {
    const fireTime = ctx.getPartitionedState(this.#fireTime)
    const timeMs = fireTime.get()
    if (timeMs === null) return
    ctx.deleteProcessingTimeTimer(timeMs)
    fireTime.clear()
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: Window, ctx: OnMergeContext): void {
    ctx.mergePartitionedState(this.#fireTime)
    const next = ctx.getPartitionedState(this.#fireTime).get()
    if (next !== null) ctx.registerProcessingTimeTimer(next)
  }

  getInterval(): number {
    return this.#intervalMs
  }

  override toString(): string {
    return `ContinuousProcessingTimeTrigger(${String(this.#intervalMs)})`
  }

  #registerNext(fromMs: number, window: Window, ctx: TriggerContext): void {
    const next = Math.min(fromMs + this.#intervalMs, window.maxTimestamp())
    ctx.getPartitionedState(this.#fireTime).add(next)
    ctx.registerProcessingTimeTimer(next)
  }
}
