import type { Clock, TimerHandle } from './clock.js'

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until it is advanced: for tests and simulations. */
export class ManualClock implements Clock {
  #now: number
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(startMs = 0) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    const timer = { at: this.#now + Math.max(0, delayMs), order: this.#order, callback }
    this.#order += 1
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  get pendingTimers(): number {
    return this.#timers.size
  }

  /** When the next timer is due; undefined without one. */
  nextTimerAt(): number | undefined {
    return this.#next()?.at
  }

  /** Moves the hands, running every timer on the way at its own time, in order. */
  advance(ms: number): void {
    const target = this.#now + ms
    for (let at = this.nextTimerAt(); at !== undefined && at <= target; at = this.nextTimerAt()) this.runNext()
    this.#now = target
  }

  /** Moves the hands to the next timer and runs that one alone; false without one. */
  runNext(): boolean {
    const timer = this.#next()
    if (timer === undefined) return false
    this.#timers.delete(timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.callback()
    return true
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }
}
