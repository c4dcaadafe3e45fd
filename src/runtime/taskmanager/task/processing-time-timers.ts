// Duty: the processing-time callbacks of a task's operators, as exclusive actions of the task.
// Invariants: see ProcessingTimeService. A timer that is due while callbacks are held is called back after that.
// Thread: the task's worker.
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { ProcessingTimeCallback, ProcessingTimeService } from '../operators/processing-time-service.js'
import type { ExclusiveActions } from './exclusive-actions.js'
import { RecentTime } from './recent-time.js'

interface Timer {
  readonly timestamp: number
  readonly callback: ProcessingTimeCallback
  /** Of the clock, until it is due. */
  handle: TimerHandle | undefined
}

export interface ProcessingTimeTimersInput {
  readonly clock: Clock
  readonly actions: ExclusiveActions
  readonly whenOutputAvailable: () => Promise<void>
}

export class ProcessingTimeTimers implements ProcessingTimeService {
  readonly recent: RecentTime
  readonly #clock: Clock
  readonly #actions: ExclusiveActions
  readonly #whenOutputAvailable: () => Promise<void>
  /** All that were registered and not called back; a timer that is not in here is never called back. */
  readonly #timers = new Set<Timer>()
  #held: Timer[] | undefined
  #isClosed = false

  constructor(input: ProcessingTimeTimersInput) {
    this.#clock = input.clock
    this.recent = new RecentTime(input.clock)
    this.#actions = input.actions
    this.#whenOutputAvailable = input.whenOutputAvailable
  }

  currentProcessingTime(): number {
    return this.#clock.now()
  }

  recentProcessingTime(): number {
    return this.recent.now()
  }

  registerTimer(timestamp: number, callback: ProcessingTimeCallback): TimerHandle {
    const timer: Timer = { timestamp, callback, handle: undefined }
    if (!this.#isClosed) {
      this.#timers.add(timer)
      timer.handle = this.#clock.setTimer(this.#delayMs(timestamp), () => {
        this.#actions.enqueue(() => this.#fire(timer))
      })
    }
    return {
      cancel: () => {
        this.#cancel(timer)
      },
    }
  }

  get isHeld(): boolean {
    return this.#held !== undefined
  }

  /** What becomes due waits. */
  hold(): void {
    this.#held ??= []
  }

  resume(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const timer of held) this.#actions.enqueue(() => this.#fire(timer))
  }

  /** Nothing is called back any more, and nothing is called again. May be called twice. */
  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) this.#cancel(timer)
  }

  /** A timestamp is over with the first ms after it, as a watermark says that nothing follows up to it. */
  #delayMs(timestamp: number): number {
    return timestamp < this.#clock.now() ? 0 : timestamp - this.#clock.now() + 1
  }

  #cancel(timer: Timer): void {
    this.#timers.delete(timer)
    timer.handle?.cancel()
  }

  async #fire(timer: Timer): Promise<void> {
    if (this.#held !== undefined) {
      this.#held.push(timer)
      return
    }
    if (!this.#timers.delete(timer)) return
    while (!timer.callback(timer.timestamp)) {
      await this.#whenOutputAvailable()
      if (this.#isClosed) return
    }
  }
}
