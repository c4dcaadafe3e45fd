// Duty: counts the steps that accesses to a state are to take on a way round its entries, and has them taken together.
// Invariants: whoever has few entries pays for one call in some dozen accesses; of a table of so many entries a round takes a
// fraction of a millisecond.
// Thread: the task worker that owns the backend.
import type { AccessListener, TimeToLive } from './time-to-live.js'

const STEPS_TOGETHER = 64

export abstract class SteppedCleanup<T> implements AccessListener {
  protected readonly table: T
  protected readonly ttl: TimeToLive
  readonly #stepsAnAccess: number
  #steps = 0

  constructor(table: T, ttl: TimeToLive, stepsAnAccess: number) {
    this.table = table
    this.ttl = ttl
    this.#stepsAnAccess = stepsAnAccess
  }

  accessed(): void {
    this.#steps += this.#stepsAnAccess
    if (this.#steps < STEPS_TOGETHER) return
    const steps = this.#steps
    this.#steps = 0
    this.walk(steps, this.ttl.nowMs() - this.ttl.ttlMs)
  }

  /** Whoever was accessed up to then has expired. */
  protected abstract walk(steps: number, expiredUpToMs: number): void
}
