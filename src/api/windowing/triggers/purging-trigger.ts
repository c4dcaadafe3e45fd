import { hasMethods } from '../../functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { invalid } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import type { OnMergeContext, TriggerContext } from './trigger-context.js'
import { isFire, TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/**
 * Fires when another trigger does, and drops the contents of the window then.
 *
 * @example
 * ```ts
 * import { CountTrigger, PurgingTrigger } from 'flink-ts'
 *
 * const tensOfRecords = PurgingTrigger.of(CountTrigger.of(10))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class PurgingTrigger<T, W extends Window> extends Trigger<T, W> {
  readonly #nested: Trigger<T, W>

  private constructor(nested: Trigger<T, W>) {
    super()
    this.#nested = nested
  }

  static of<T, W extends Window>(nested: Trigger<T, W>): PurgingTrigger<T, W> {
    if (hasMethods(nested, 'onElement', 'canMerge')) return new PurgingTrigger(nested)
    throw invalid({ method: 'PurgingTrigger.of' }, `it takes a Trigger, not ${describeValue(nested)}`)
  }

  onElement(element: T, timestamp: number, window: W, ctx: TriggerContext): TriggerResult {
    return purged(this.#nested.onElement(element, timestamp, window, ctx))
  }

  onProcessingTime(timeMs: number, window: W, ctx: TriggerContext): TriggerResult {
    return purged(this.#nested.onProcessingTime(timeMs, window, ctx))
  }

  onEventTime(timeMs: number, window: W, ctx: TriggerContext): TriggerResult {
    return purged(this.#nested.onEventTime(timeMs, window, ctx))
  }

  clear(window: W, ctx: TriggerContext): void {
    this.#nested.clear(window, ctx)
  }

  override canMerge(): boolean {
    return this.#nested.canMerge()
  }

  override onMerge(window: W, ctx: OnMergeContext): void {
    this.#nested.onMerge(window, ctx)
  }

  getNestedTrigger(): Trigger<T, W> {
    return this.#nested
  }

  override toString(): string {
    return `PurgingTrigger(${String(this.#nested)})`
  }
}

function purged(result: TriggerResult): TriggerResult {
  return isFire(result) ? TriggerResult.FIRE_AND_PURGE : result
}
