import type { Window } from '../windows/window.js'
import { fireTimeDescriptor } from './fire-time.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/** Fires in an interval of a time, which the subclass names; a window knows when next. */
export abstract class ContinuousTrigger extends Trigger<unknown, Window> {
  readonly #intervalMs: number
  readonly #fireTime = fireTimeDescriptor()

  protected constructor(intervalMs: number) {
    super()
    this.#intervalMs = intervalMs
  }

  clear(_window: Window, ctx: TriggerContext): void {
    const fireTime = ctx.getPartitionedState(this.#fireTime)
    const timeMs = fireTime.get()
    if (timeMs === null) return
    this.deleteTimer(timeMs, ctx)
    fireTime.clear()
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: Window, ctx: OnMergeContext): void {
    ctx.mergePartitionedState(this.#fireTime)
    const next = ctx.getPartitionedState(this.#fireTime).get()
    if (next !== null) this.registerTimer(next, ctx)
  }

  /** Ms. */
  getInterval(): number {
    return this.#intervalMs
  }

  override toString(): string {
    return `${this.constructor.name}(${String(this.#intervalMs)})`
  }

  protected abstract registerTimer(timeMs: number, ctx: TriggerContext): void
  protected abstract deleteTimer(timeMs: number, ctx: TriggerContext): void

  /** Where the window does not know yet when it fires: at the next multiple of the interval after `timeMs`. */
  protected begin(timeMs: number, window: Window, ctx: TriggerContext): void {
    if (ctx.getPartitionedState(this.#fireTime).get() !== null) return
    this.#registerNext(timeMs - (timeMs % this.#intervalMs), window, ctx)
  }

  /** A timer is due: fires where it is the one of the interval. */
  protected fire(timeMs: number, window: Window, ctx: TriggerContext): TriggerResult {
    const fireTime = ctx.getPartitionedState(this.#fireTime)
    if (fireTime.get() !== timeMs) return TriggerResult.CONTINUE
    fireTime.clear()
    // By the clock a window of event time is there for longer than its end: its next record begins anew.
    if (timeMs < window.maxTimestamp()) this.#registerNext(timeMs, window, ctx)
    return TriggerResult.FIRE
  }

  #registerNext(fromMs: number, window: Window, ctx: TriggerContext): void {
    const next = Math.min(fromMs + this.#intervalMs, window.maxTimestamp())
    ctx.getPartitionedState(this.#fireTime).add(next)
    this.registerTimer(next, ctx)
  }
}
