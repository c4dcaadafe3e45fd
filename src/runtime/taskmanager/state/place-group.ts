// Duty: timers of one time as marks at the entries of their keys in the leading state, in the order of the hashes of the keys.
// Invariants: as of FollowingTimers and HashOrder.
// Thread: the task worker that owns the backend.
import { FollowingTimers } from './following-timers.js'
import { HashOrder } from './hash-order.js'
import type { HeapStateTable } from './heap-state-table.js'
import { VOID_NAMESPACE } from './namespace-type.js'

export class PlaceGroup {
  readonly timestamp: number
  /** The leading state. */
  readonly table: HeapStateTable
  readonly following: FollowingTimers
  /** There may be elements of this time among the others. */
  hasOutsiders = false
  readonly #order = new HashOrder()

  constructor(table: HeapStateTable, timestamp: number, onLeaving: (place: number) => void) {
    this.timestamp = timestamp
    this.table = table
    this.following = new FollowingTimers(table, { timestamp, namespace: VOID_NAMESPACE }, onLeaving)
  }

  get size(): number {
    return this.following.size
  }

  has(place: number): boolean {
    return this.following.has(place)
  }

  add(place: number): void {
    if (this.following.add(place)) this.#order.forget()
  }

  remove(place: number): void {
    this.following.remove(place)
  }

  /** The place of the first one. */
  first(): number {
    return this.#order.first(this.following)
  }

  /** Up to `count` places, beginning with that of the first one; some of them may have no element any more. */
  coming(count: number): Int32Array {
    return this.#order.coming(count)
  }
}
