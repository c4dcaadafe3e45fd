import type { Clock, TimerHandle } from './clock.js'

/** Node's timers hold 31 bits; a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647

export interface SystemClockOptions {
  /** False: pending timers do not keep the process alive. */
  readonly keepsProcessAlive: boolean
}

/** The machine's clock. Timers may be as long as one likes. */
export class SystemClock implements Clock {
  readonly goesOnByItself = true
  readonly #keepsProcessAlive: boolean

  constructor(options: SystemClockOptions = { keepsProcessAlive: true }) {
    this.#keepsProcessAlive = options.keepsProcessAlive
  }

  now(): number {
    return Date.now()
  }

  monotonicMs(): number {
    return performance.now()
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    let timer: NodeJS.Timeout
    const wait = (remainingMs: number): void => {
      const partMs = Math.min(remainingMs, LONGEST_TIMER_MS)
      const continueOrRun = (): void => (partMs < remainingMs ? wait(remainingMs - partMs) : callback())
      timer = setTimeout(continueOrRun, partMs)
      if (!this.#keepsProcessAlive) timer.unref()
    }
    wait(delayMs)
    return {
      cancel: () => {
        clearTimeout(timer)
      },
    }
  }
}
