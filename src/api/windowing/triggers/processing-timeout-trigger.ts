import { describeValue } from '../../../core/errors/describe-value.js'
import type { DurationLike } from '../../eventtime/time.js'
import { hasMethods } from '../../functions/has-methods.js'
import { ValueStateDescriptor } from '../../state/value-state-descriptor.js'
import { Types } from '../../types/types-table.js'
import { invalid, positiveMilliseconds } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import type { TriggerContext } from './trigger-context.js'
import { isFire, isPurge, TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

const METHOD = 'ProcessingTimeoutTrigger.of'

/**
 * Fires when another trigger does, or when a time by the clock is over since a record came, whatever is first. Not for windows
 * that merge.
 *
 * @example
 * ```ts
 * import { CountTrigger, ProcessingTimeoutTrigger, PurgingTrigger, Time } from 'flink-ts'
 *
 * // Batches of a hundred, and what there is of one after five seconds.
 * const batches = PurgingTrigger.of(ProcessingTimeoutTrigger.of(CountTrigger.of(100), Time.seconds(5)))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class ProcessingTimeoutTrigger<T, W extends Window> extends Trigger<T, W> {
  readonly #nested: Trigger<T, W>
  readonly #timeoutMs: number
  readonly #resetsOnNewRecord: boolean
  readonly #clearsOnTimeout: boolean
  /** When the timeout is over. */
  readonly #timeout = new ValueStateDescriptor<number>('timeout', Types.LONG)

  private constructor(
    nested: Trigger<T, W>,
    timeoutMs: number,
    options: { readonly resetsOnNewRecord: boolean; readonly clearsOnTimeout: boolean },
  ) {
    super()
    this.#nested = nested
    this.#timeoutMs = timeoutMs
    this.#resetsOnNewRecord = options.resetsOnNewRecord
    this.#clearsOnTimeout = options.clearsOnTimeout
  }

  /**
   * The timeout in ms, whole and more than 0. `resetTimerOnNewRecord`: it begins anew with each record, else with the first one
   * since it fired. `shouldClearOnTimeout`: the other trigger begins anew when the timeout is over.
   */
  static of<T, W extends Window>(
    nested: Trigger<T, W>,
    timeout: DurationLike,
    resetTimerOnNewRecord = false,
    shouldClearOnTimeout = true,
  ): ProcessingTimeoutTrigger<T, W> {
    if (!hasMethods(nested, 'onElement', 'canMerge')) {
      throw invalid({ method: METHOD }, `it takes a Trigger, not ${describeValue(nested)}`)
    }
    const timeoutMs = positiveMilliseconds(timeout, { method: METHOD, name: 'timeout' })
    const options = { resetsOnNewRecord: resetTimerOnNewRecord, clearsOnTimeout: shouldClearOnTimeout }
    return new ProcessingTimeoutTrigger(nested, timeoutMs, options)
  }

  onElement(element: T, timestamp: number, window: W, ctx: TriggerContext): TriggerResult {
    const result = this.#nested.onElement(element, timestamp, window, ctx)
    if (isFire(result)) {
      this.clear(window, ctx)
      return result
    }
    const timeout = ctx.getPartitionedState(this.#timeout)
    const before = timeout.value()
    if (before !== null && !this.#resetsOnNewRecord) return result
    if (before !== null) ctx.deleteProcessingTimeTimer(before)
    const next = ctx.getCurrentProcessingTime() + this.#timeoutMs
    timeout.update(next)
    ctx.registerProcessingTimeTimer(next)
    return result
  }

  onProcessingTime(timeMs: number, window: W, ctx: TriggerContext): TriggerResult {
    return this.#fired(this.#nested.onProcessingTime(timeMs, window, ctx), window, ctx)
  }

  onEventTime(timeMs: number, window: W, ctx: TriggerContext): TriggerResult {
    return this.#fired(this.#nested.onEventTime(timeMs, window, ctx), window, ctx)
  }

  clear(window: W, ctx: TriggerContext): void {
    const timeout = ctx.getPartitionedState(this.#timeout)
    const time = timeout.value()
    if (time !== null) {
      ctx.deleteProcessingTimeTimer(time)
      timeout.clear()
    }
    this.#nested.clear(window, ctx)
  }

  override toString(): string {
    return `TimeoutTrigger(${String(this.#nested)})`
  }

  #fired(result: TriggerResult, window: W, ctx: TriggerContext): TriggerResult {
    if (this.#clearsOnTimeout) this.clear(window, ctx)
    return isPurge(result) ? TriggerResult.FIRE_AND_PURGE : TriggerResult.FIRE
  }
}
