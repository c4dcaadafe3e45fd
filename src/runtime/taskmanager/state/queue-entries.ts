// Duty: what is in a priority queue, without its order: elements in a table of the backend, each at a position.
// Invariants: a position belongs to one element until it is removed, and may be that of another one afterwards.
// Thread: the task worker that owns the backend.
import type { QueueElement } from './keyed-priority-queue.js'
import type { TimerOrder } from './timer-order.js'
import type { ComingTimers } from './timer-run.js'

export interface QueueEntries<N> extends ComingTimers {
  /** Position of the new element of the current key; NOT_FOUND where there is one already. */
  add(namespace: N, timestamp: number): number
  /** Of the current key. False where there is none. */
  remove(namespace: N, timestamp: number): boolean
  /** Whether there is an element with this timestamp at the position. */
  isAt(position: number, timestamp: number): boolean
  /** Removes it; with the hash of its key, which the order has. */
  take(position: number, keyHash: number): QueueElement<N>
  /** Of the current key. */
  readonly keyHash: number
  /** All that there are, in any order and without what was removed; no more than these stay in the order. */
  fill(order: TimerOrder): void
}
