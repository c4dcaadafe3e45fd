import { ReducingStateDescriptor } from '../../state/reducing-state-descriptor.js'
import { Types } from '../../types/types-table.js'
import { positiveCount } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/**
 * Fires when so many records have come since the last time. What is fewer at the end of the window never fires.
 *
 * @example
 * ```ts
 * import { CountTrigger, PurgingTrigger } from 'flink-ts'
 *
 * const everyHundred = PurgingTrigger.of(CountTrigger.of(100))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class CountTrigger extends Trigger<unknown, Window> {
  readonly #maxCount: number
  readonly #count = new ReducingStateDescriptor<number>('count', (left, right) => left + right, Types.LONG)

  private constructor(maxCount: number) {
    super()
    this.#maxCount = maxCount
  }

  /** A whole number from 1 on. */
  static of(maxCount: number): CountTrigger {
    return new CountTrigger(positiveCount(maxCount, { method: 'CountTrigger.of', name: 'maxCount' }))
  }

  onElement(_element: unknown, _timestamp: number, _window: Window, ctx: TriggerContext): TriggerResult {
    const count = ctx.getPartitionedState(this.#count)
    count.add(1)
    if ((count.get() ?? 0) < this.#maxCount) return TriggerResult.CONTINUE
    count.clear()
    return TriggerResult.FIRE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  clear(_window: Window, ctx: TriggerContext): void {
    ctx.getPartitionedState(this.#count).clear()
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: Window, ctx: OnMergeContext): void {
    ctx.mergePartitionedState(this.#count)
  }

  override toString(): string {
    return `CountTrigger(${String(this.#maxCount)})`
  }
}
