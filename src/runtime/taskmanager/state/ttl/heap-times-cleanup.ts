// Duty: as HeapCleanup, for a table that keeps times: with each access to the state a few steps on the way round.
// Invariants: the times lie side by side, so that a step costs less than two nanoseconds where nothing has expired. After a whole
// round it rests until the oldest entry can have expired: what came or was used meanwhile is no older than the beginning of the
// round. So a count by key takes 10 ns less.
// Thread: the task worker that owns the backend.
import type { HeapTtlTable } from './heap-ttl-table.js'
import { SteppedCleanup } from './stepped-cleanup.js'

export class HeapTimesCleanup extends SteppedCleanup<HeapTtlTable> {
  #position = 0
  /** Whoever was accessed up to then is gone already. */
  #cleanUpToMs = -Infinity

  protected override walk(steps: number, expiredUpToMs: number): void {
    if (expiredUpToMs < this.#cleanUpToMs) return
    const { table } = this
    if (this.#position === 0) table.oldestLeftMs = expiredUpToMs + this.ttl.ttlMs
    this.#position = table.removeAccessedUpTo(expiredUpToMs, this.#position, steps)
    this.#cleanUpToMs = this.#position === 0 ? table.oldestLeftMs : -Infinity
  }
}
