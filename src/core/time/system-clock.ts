import type { Clock, TimerHandle } from './clock.js'

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now()
  }

  monotonicMs(): number {
    return performance.now()
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    const timer = setTimeout(callback, delayMs)
    return {
      cancel: () => {
        clearTimeout(timer)
      },
    }
  }
}
