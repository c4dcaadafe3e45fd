// Duty: as HeapCleanup, for a table that keeps times: with each access to the state a few steps on the way round.
// Invariants: the times lie side by side, so that a step costs less than two nanoseconds where nothing has expired. After a whole
// round it rests until the oldest entry can have expired: what came or was used meanwhile is no older than the beginning of the
// round. So a count by key takes 10 ns less.
// Thread: the task worker that owns the backend.
import type { HeapTtlTable } from './heap-ttl-table.js'
import type { AccessListener, TimeToLive } from './time-to-live.js'

/** Taken together: whoever has few entries pays for one call in some dozen accesses. */
const STEPS_TOGETHER = 64

export class HeapTimesCleanup implements AccessListener {
  readonly #table: HeapTtlTable
  readonly #ttl: TimeToLive
  readonly #stepsAnAccess: number
  #steps = 0
  #position = 0
  /** Whoever was accessed up to then is gone already. */
  #cleanUpToMs = -Infinity

  constructor(table: HeapTtlTable, ttl: TimeToLive, stepsAnAccess: number) {
    this.#table = table
    this.#ttl = ttl
    this.#stepsAnAccess = stepsAnAccess
  }

  accessed(): void {
    this.#steps += this.#stepsAnAccess
    if (this.#steps < STEPS_TOGETHER) return
    const expiredUpToMs = this.#ttl.nowMs() - this.#ttl.ttlMs
    if (expiredUpToMs >= this.#cleanUpToMs) this.#clean(expiredUpToMs)
    this.#steps = 0
  }

  #clean(expiredUpToMs: number): void {
    const table = this.#table
    if (this.#position === 0) table.oldestLeftMs = expiredUpToMs + this.#ttl.ttlMs
    this.#position = table.removeAccessedUpTo(expiredUpToMs, this.#position, this.#steps)
    this.#cleanUpToMs = this.#position === 0 ? table.oldestLeftMs : -Infinity
  }
}
