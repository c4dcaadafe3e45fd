/** Timers of an operator by processing time: what is due waits until the task comes to it, between two elements. */
import type { TimerHandle } from '../../src/core/time/clock.js'
import type { ManualClock } from '../../src/core/time/manual-clock.js'

/** False: not done, because the output is full; called again with the same timestamp before anything else. */
type Callback = (timestamp: number) => boolean

export interface DueTimer {
  readonly timestamp: number
  readonly callback: Callback
}

export class TestProcessingTimeService {
  readonly #clock: ManualClock
  readonly #handles = new Set<TimerHandle>()
  #due: DueTimer[] = []

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  currentProcessingTime(): number {
    return this.#clock.now()
  }

  /** A timestamp is over with the first ms after it, as a watermark says that nothing follows up to it. */
  registerTimer(timestamp: number, callback: Callback): TimerHandle {
    const timer = { timestamp, callback }
    const handle = this.#clock.setTimer(timestamp - this.#clock.now() + 1, () => {
      this.#handles.delete(handle)
      this.#due.push(timer)
    })
    this.#handles.add(handle)
    return {
      cancel: () => {
        handle.cancel()
        this.#handles.delete(handle)
        this.#due = this.#due.filter((each) => each !== timer)
      },
    }
  }

  takeDue(): DueTimer | undefined {
    return this.#due.shift()
  }

  /** The operators begin to finish, or are closed: no timer runs any more. */
  close(): void {
    for (const handle of this.#handles) handle.cancel()
    this.#handles.clear()
    this.#due = []
  }
}
