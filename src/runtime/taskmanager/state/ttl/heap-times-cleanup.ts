// Duty: as HeapCleanup, for a table that keeps times: with each access to the state a few steps on the way round.
// Invariants: the times lie side by side, so that a step costs less than a nanosecond where nothing has expired.
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

  constructor(table: HeapTtlTable, ttl: TimeToLive, stepsAnAccess: number) {
    this.#table = table
    this.#ttl = ttl
    this.#stepsAnAccess = stepsAnAccess
  }

  accessed(): void {
    this.#steps += this.#stepsAnAccess
    if (this.#steps < STEPS_TOGETHER) return
    const ttl = this.#ttl
    this.#position = this.#table.removeAccessedUpTo(ttl.nowMs() - ttl.ttlMs, this.#position, this.#steps)
    this.#steps = 0
  }
}
