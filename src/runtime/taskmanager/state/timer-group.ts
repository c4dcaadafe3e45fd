// Duty: the elements of a priority queue that share timestamp and namespace, in the order of the hashes of their keys: as marks at the
// entries of another state (following-timers.ts) while that has one for each of them, else in a table of their own.
// Invariants: they are sorted once, when the first of them is asked for, and again after others came.
// Thread: the task worker that owns the backend.
import { NOT_FOUND } from './entry-table.js'
import { FollowingTimers } from './following-timers.js'
import type { HeapStateTable } from './heap-state-table.js'
import type { HeapTablesByNamespace, NamespaceTable } from './heap-tables-by-namespace.js'
import type { KeyContext } from './key-context.js'
import type { QueueElement } from './keyed-priority-queue.js'
import { PRESENT } from './table-priority-queue.js'
import type { TimerNamespace } from './timer-namespaces.js'

/** Hash and position are sorted as one number. */
const POSITIONS = 2 ** 21
/** Hashes have a sign. */
const LEAST_HASH = -(2 ** 31)

export class TimerGroup<N> {
  readonly timestamp: number
  readonly namespace: N
  readonly owner: NamespaceTable
  /** Of the queue. */
  readonly #tables: HeapTablesByNamespace
  #following: FollowingTimers | undefined
  #stopFollowing: (() => void) | undefined
  /** Undefined where they are not in order. */
  #sorted: Int32Array | undefined
  #next = 0

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
        this.#sorted = undefined
        return true
      }
    }
    const { table } = this.owner
    if (table.find(current, undefined) !== NOT_FOUND) return false
    table.insert(current, undefined, PRESENT)
    this.#sorted = undefined
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
    let sorted = this.#sorted
    if (sorted === undefined) {
      sorted = this.#sort()
      this.#sorted = sorted
      this.#next = 0
    }
    while (!this.#has(sorted[this.#next] as number)) this.#next += 1
    return sorted[this.#next] as number
  }

  /** Up to `count` positions, beginning with that of the first one; some of them may have no element any more. */
  comingPositions(count: number): Int32Array {
    return this.#sorted?.subarray(this.#next, this.#next + count) ?? new Int32Array(0)
  }

  /** It is empty. */
  close(): void {
    this.#stopFollowing?.()
    this.#tables.drop(this.owner)
  }

  #has(position: number): boolean {
    return this.#following?.has(position) ?? this.owner.table.hasEntryAt(position)
  }

  /** They get a table of their own: a key may have an element and no entry. */
  #takeOver(following: FollowingTimers): void {
    const { table } = following
    const { namespace } = this.owner
    for (const position of following.positions()) {
      this.owner.table.load({ key: table.keyAt(position), namespace, value: PRESENT }, table.hashAt(position))
    }
    this.#stopFollowing?.()
    this.#sorted = undefined
  }

  #sort(): Int32Array {
    const { table } = this
    const positions = this.#following?.positions() ?? positionsOf(table)
    if (table.limit > POSITIONS) return positions.sort((left, right) => table.hashAt(left) - table.hashAt(right))
    const packed = new Float64Array(positions.length)
    for (let at = 0; at < positions.length; at += 1) {
      const position = positions[at] as number
      packed[at] = (table.hashAt(position) - LEAST_HASH) * POSITIONS + position
    }
    packed.sort()
    for (let at = 0; at < positions.length; at += 1) positions[at] = (packed[at] as number) % POSITIONS
    return positions
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
