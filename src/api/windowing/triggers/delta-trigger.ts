import { ValueStateDescriptor } from '../../state/value-state-descriptor.js'
import type { TypeInformation } from '../../types/type-information.js'
import { deltaFunctionOf, type DeltaArgument, type DeltaFunction } from '../delta-function.js'
import { thresholdOf } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import type { TriggerContext } from './trigger-context.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/**
 * Fires when a record is further than the threshold from the one that fired last: at first from the first one, which does
 * not fire. Not for windows that merge.
 *
 * @example
 * ```ts
 * import { DeltaTrigger } from 'flink-ts'
 *
 * interface Position {
 *   readonly metre: number
 * }
 * const everyHundredMetres = DeltaTrigger.of<Position>(100, (before, now) => now.metre - before.metre)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export class DeltaTrigger<T> extends Trigger<T, Window> {
  readonly #threshold: number
  readonly #delta: DeltaFunction<T>
  readonly #last: ValueStateDescriptor<T>

  private constructor(threshold: number, delta: DeltaFunction<T>, type: TypeInformation<T> | undefined) {
    super()
    this.#threshold = threshold
    this.#delta = delta
    this.#last = new ValueStateDescriptor<T>('last-element', type)
  }

  /** `type`: of the records, one of which is state of each window. */
  static of<T>(threshold: number, delta: DeltaArgument<T>, type?: TypeInformation<T>): DeltaTrigger<T> {
    const method = 'DeltaTrigger.of'
    return new DeltaTrigger<T>(
      thresholdOf(threshold, { method, name: 'threshold' }),
      deltaFunctionOf(delta, method),
      type,
    )
  }

  onElement(element: T, _timestamp: number, _window: Window, ctx: TriggerContext): TriggerResult {
    const last = ctx.getPartitionedState<ValueStateDescriptor<T>>(this.#last)
    const before = last.value()
    if (before === null) {
      last.update(element)
      return TriggerResult.CONTINUE
    }
    if (!(this.#delta.getDelta(before, element) > this.#threshold)) return TriggerResult.CONTINUE
    last.update(element)
    return TriggerResult.FIRE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  clear(_window: Window, ctx: TriggerContext): void {
    ctx.getPartitionedState(this.#last).clear()
  }

  override toString(): string {
    return `DeltaTrigger(${String(this.#threshold)})`
  }
}
