// Duty: the elements of a priority queue that share timestamp and namespace, in the order of the hashes of their keys: as marks at the
// entries of another state (following-timers.ts) while that has one for each of them, else in a table of their own.
// Invariants: all of them are in one place.
// Thread: the task worker that owns the backend.
import { NOT_FOUND } from './entry-table.js'
import { FollowingTimers } from './following-timers.js'
import { HashOrder, type OrderedEntries } from './hash-order.js'
import type { HeapStateTable } from './heap-state-table.js'
import type { HeapTablesByNamespace, NamespaceTable } from './heap-tables-by-namespace.js'
import type { KeyContext } from './key-context.js'
import type { QueueElement } from './keyed-priority-queue.js'
import { PRESENT } from './table-priority-queue.js'
import type { TimerNamespace } from './timer-namespaces.js'

export class TimerGroup<N> implements OrderedEntries {
  readonly timestamp: number
  readonly namespace: N
  readonly owner: NamespaceTable
  /** Of the queue. */
  readonly #tables: HeapTablesByNamespace
  #following: FollowingTimers | undefined
  #stopFollowing: (() => void) | undefined
  readonly #order = new HashOrder()

  constructor(tables: HeapTablesByNamespace, owner: NamespaceTable) {
    const { timestamp, namespace } = owner.namespace as TimerNamespace<N>
    this.timestamp = timestamp
    this.namespace = namespace
    this.owner = owner
    this.#tables = tables
  }

  /** While there is none: they are those of keys with an entry in a table of the same namespace. */
  follow(followed: NamespaceTable): void {
    const following = new FollowingTimers(followed.table, this.owner.namespace, () => {
      this.#takeOver(following)
    })
    this.#following = following
    this.#tables.parted.add(following)
    followed.followers.push(following)
    this.#stopFollowing = () => {
      this.#following = undefined
      this.#stopFollowing = undefined
      this.#tables.parted.delete(following)
      followed.followers.splice(followed.followers.indexOf(following), 1)
    }
  }

  get size(): number {
    return this.#following?.size ?? this.owner.table.size
  }

  /** Where the positions of elements are those of entries. */
  get table(): HeapStateTable {
    return this.#following?.table ?? this.owner.table
  }

  /** Of the current key. False where there is one. */
  add(current: KeyContext): boolean {
    const following = this.#following
    if (following !== undefined) {
      const position = following.table.currentPosition()
      if (position === NOT_FOUND) this.#takeOver(following)
      else {
        if (!following.add(position)) return false
        this.#order.forget()
        return true
      }
    }
    const { table } = this.owner
    if (table.find(current, undefined) !== NOT_FOUND) return false
    table.insert(current, undefined, PRESENT)
    this.#order.forget()
    return true
  }

  /** Of the current key. False where there is none. */
  remove(current: KeyContext): boolean {
    const position = this.table.find(current, undefined)
    if (position === NOT_FOUND) return false
    if (this.#following !== undefined) return this.#following.remove(position)
    this.owner.table.removeAt(position)
    return true
  }

  /** Removes it. */
  take(position: number, current: KeyContext): QueueElement<N> {
    const { table, namespace, timestamp } = this
    const element = { key: table.keyAt(position), keyHash: table.hashAt(position), namespace, timestamp }
    if (this.#following === undefined) table.removeAt(position)
    else {
      this.#following.remove(position)
      current.expect(table, position)
    }
    return element
  }

  /** Of the first one; there must be one. */
  firstPosition(): number {
    return this.#order.first(this.#following ?? this)
  }

  /** Up to `count` positions, beginning with that of the first one; some of them may have no element any more. */
  comingPositions(count: number): Int32Array {
    return this.#order.coming(count)
  }

  /** Those in the table of its own: here and below what is ordered where it follows nothing. */
  has(position: number): boolean {
    return this.owner.table.hasEntryAt(position)
  }

  hashAt(position: number): number {
    return this.owner.table.hashAt(position)
  }

  positions(): Int32Array {
    return positionsOf(this.owner.table)
  }

  /** It is empty. */
  close(): void {
    this.#stopFollowing?.()
    this.#tables.drop(this.owner)
  }

  /** They get a table of their own: a key may have an element and no entry. */
  #takeOver(following: FollowingTimers): void {
    const { table } = following
    const { namespace } = this.owner
    for (const position of following.positions()) {
      this.owner.table.load({ key: table.keyAt(position), namespace, value: PRESENT }, table.hashAt(position))
    }
    this.#stopFollowing?.()
    this.#order.forget()
  }
}

function positionsOf(table: HeapStateTable): Int32Array {
  const positions = new Int32Array(table.size)
  let count = 0
  for (let position = 0; position < table.limit; position += 1) {
    if (!table.hasEntryAt(position)) continue
    positions[count] = position
    count += 1
  }
  return positions
}
