// Duty: asks a trigger and checks its answer.
// Thread: the task worker that owns the operator.
import type { Trigger } from '../../../api/windowing/triggers/trigger.js'
import { TriggerResult } from '../../../api/windowing/triggers/trigger-result.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { isThenable } from '../state/thenable.js'
import type { WindowTriggerContext } from './window-trigger-context.js'

/** By which time a timer fires. */
export type TimerMethod = 'onEventTime' | 'onProcessingTime'

const RESULTS: ReadonlySet<unknown> = new Set(Object.values(TriggerResult))

export class TriggerCall {
  readonly context: WindowTriggerContext
  readonly #trigger: Trigger<unknown, Window>
  readonly #operatorName: string

  constructor(trigger: Trigger<unknown, Window>, context: WindowTriggerContext, operatorName: string) {
    this.#trigger = trigger
    this.context = context
    this.#operatorName = operatorName
  }

  onElement(value: unknown, timestamp: number, window: Window): TriggerResult {
    this.context.window = window
    return this.#checked(this.#trigger.onElement(value, timestamp, window, this.context), 'onElement')
  }

  onTime(method: TimerMethod, timestamp: number, window: Window): TriggerResult {
    this.context.window = window
    return this.#checked(this.#trigger[method](timestamp, window, this.context), method)
  }

  onMerge(window: Window, mergedWindows: readonly Window[]): void {
    this.context.window = window
    this.context.mergedWindows = mergedWindows
    this.#trigger.onMerge(window, this.context)
  }

  clear(window: Window): void {
    this.context.window = window
    this.#trigger.clear(window, this.context)
  }

  #checked(result: unknown, method: string): TriggerResult {
    if (result === TriggerResult.CONTINUE || RESULTS.has(result)) return result as TriggerResult
    // Nobody else waits for it.
    if (isThenable(result)) result.then(undefined, () => undefined)
    const trigger = this.#trigger.constructor.name
    const details = { operator: this.#operatorName, method, trigger, returned: describeValue(result) }
    throw new FlinkError('TRIGGER_RESULT_INVALID', details)
  }
}
