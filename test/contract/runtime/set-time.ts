import type { TimerHandle } from '../../../src/core/time/clock.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import type { ProcessingTime } from '../../../src/runtime/taskmanager/state/state-backend.js'

interface SetTimer {
  readonly timestamp: number
  readonly callback: (timestamp: number) => boolean
}

/** The time of a backend, as a test sets it, back as well; what is registered is called back when the test says so. */
export class SetTime implements ProcessingTime {
  ms = 0
  readonly #timers = new Set<SetTimer>()

  currentProcessingTime(): number {
    return this.ms
  }

  registerTimer(timestamp: number, callback: (timestamp: number) => boolean): TimerHandle {
    const timer = { timestamp, callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Calls back what is due by now, and what that registers for now. */
  runDue(): void {
    for (const timer of [...this.#timers].filter(({ timestamp }) => timestamp < this.ms)) {
      if (this.#timers.delete(timer) && !timer.callback(timer.timestamp)) this.#timers.add(timer)
    }
  }
}

/** For tests that have nothing to do with time. */
export const NO_TIME: ProcessingTime = new SetTime()

/** What backends get where neither classes nor time matter. */
export const TYPELESS_AND_TIMELESS = { registeredTypes: NO_REGISTERED_TYPES, processingTime: NO_TIME } as const
