import type { Clock, TimerHandle } from '../core/time/clock.js'

/** Whoever waits for a job says so now and then; when he has not by the time that he named, the job is cancelled. */
export class ClientHeartbeats {
  readonly #clock: Clock
  readonly #expired: (jobId: string) => void
  readonly #timers = new Map<string, TimerHandle>()

  constructor(clock: Clock, expired: (jobId: string) => void) {
    this.#clock = clock
    this.#expired = expired
  }

  /** Epoch ms. */
  heard(jobId: string, expiredTimestamp: number): void {
    this.forget(jobId)
    const timer = this.#clock.setTimer(Math.max(0, expiredTimestamp - this.#clock.now()), () => {
      this.#timers.delete(jobId)
      this.#expired(jobId)
    })
    this.#timers.set(jobId, timer)
  }

  /** The job has ended. */
  forget(jobId: string): void {
    this.#timers.get(jobId)?.cancel()
    this.#timers.delete(jobId)
  }
}
