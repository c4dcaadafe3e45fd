import type { Window } from '../windows/window.js'
import { TriggerResult } from './trigger-result.js'
import { Trigger } from './trigger.js'

/** Never fires: of windows that fire by a trigger of the user's only. */
export class NeverTrigger extends Trigger<unknown, Window> {
  onElement(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  clear(): void {
    return undefined
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(): void {
    return undefined
  }

  override toString(): string {
    return 'NeverTrigger()'
  }
}
