// Duty: a KeyedPriorityQueue over a table of the backend: the table says what is in it, so that snapshots, increments and
// restores are those of any other state; a heap says in which order.
// Invariants: every element is in the order. What was removed, or is there twice, stays in the heap until it comes first, or is
// more than half of it. Of equal timestamps the order is that of the hashes of the keys, also after a restore.
// Thread: the task worker that owns the backend.
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { NOT_FOUND } from './entry-table.js'
import type { KeyedPriorityQueue, QueueElement } from './keyed-priority-queue.js'
import type { QueueEntries } from './queue-entries.js'
import { TimerOrder } from './timer-order.js'

/** The value of an element's entry. */
export const PRESENT = true
/** A smaller heap is not worth to be made anew. */
const LEAST_REBUILT_SIZE = 64

/** It takes no byte. */
export const presence: TypeSerializer<unknown> = {
  serialize: () => undefined,
  deserialize: () => PRESENT,
  copy: () => PRESENT,
}

export class TablePriorityQueue<N> implements KeyedPriorityQueue<N> {
  readonly #entries: QueueEntries<N>
  readonly #order = new TimerOrder()
  #size = 0

  constructor(entries: QueueEntries<N>) {
    this.#entries = entries
    entries.fill(this.#order)
    this.#size = this.#order.size
  }

  get size(): number {
    return this.#size
  }

  add(namespace: N, timestamp: number): boolean {
    const entries = this.#entries
    const position = entries.add(namespace, timestamp)
    if (position === NOT_FOUND) return false
    this.#size += 1
    this.#order.push(timestamp, entries.keyHash, position)
    // Something that was removed may stand before it, also the same element at another position.
    return this.#findFirst() && this.#order.timestamp === timestamp
  }

  remove(namespace: N, timestamp: number): boolean {
    if (!this.#entries.remove(namespace, timestamp)) return false
    this.removed()
    return true
  }

  /** One was taken from the entries. */
  removed(): void {
    this.#size -= 1
    const order = this.#order
    if (order.size > LEAST_REBUILT_SIZE && order.size > 2 * this.#size) this.#entries.fill(order)
  }

  /** One was put into the entries. */
  inserted(timestamp: number, hash: number, position: number): void {
    this.#size += 1
    this.#order.push(timestamp, hash, position)
  }

  /** Of what comes first; there must be something. */
  get firstHash(): number {
    this.#findFirst()
    return this.#order.hash
  }

  firstTimestamp(): number | undefined {
    return this.#findFirst() ? this.#order.timestamp : undefined
  }

  isDue(timestamp: number): boolean {
    if (this.#order.size === 0) return false
    this.#order.prepare(timestamp)
    return this.#findFirst() && this.#order.timestamp <= timestamp
  }

  poll(): QueueElement<N> | undefined {
    if (!this.#findFirst()) return undefined
    this.#order.announceTo(this.#entries)
    const element = this.#entries.take(this.#order.position)
    this.#order.pop()
    this.#size -= 1
    return element
  }

  /** Takes from the heap what is no more, until an element comes first; false when there is none. */
  #findFirst(): boolean {
    const order = this.#order
    while (order.size > 0) {
      if (this.#entries.isAt(order.position, order.timestamp)) return true
      order.pop()
    }
    return false
  }
}
