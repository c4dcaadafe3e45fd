// Duty: a KeyedPriorityQueue whose elements have timestamp and namespace in common with those of many keys, as the ends of
// windows that tumble: a table for each such pair, and a queue of the ordinary kind for those that have none.
// Invariants: as of TablePriorityQueue: the least timestamp comes first, of equal ones the least hash of the key. Groups are in the
// order of their timestamps, and none is empty.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { TOUCHED_TOGETHER } from './entries-ahead.js'
import { HeapQueueEntries, type PrepareKeys } from './heap-queue-entries.js'
import type { HeapTablesByNamespace, NamespaceTable } from './heap-tables-by-namespace.js'
import type { KeyContext } from './key-context.js'
import type { KeyedPriorityQueue, QueueElement } from './keyed-priority-queue.js'
import { TablePriorityQueue } from './table-priority-queue.js'
import { timerFingerprint } from './timer-namespaces.js'
import { TimerGroup } from './timer-group.js'

export interface SharedTimerQueueParameters {
  readonly current: KeyContext
  readonly prepareKeys: PrepareKeys
  /** The state with such namespaces that most keys with elements have entries of, once there is one. */
  readonly followed: () => HeapTablesByNamespace | undefined
}

export class SharedTimerQueue<N> implements KeyedPriorityQueue<N> {
  readonly #tables: HeapTablesByNamespace
  readonly #current: KeyContext
  readonly #prepareKeys: PrepareKeys
  /** The state at whose entries elements may stand. */
  readonly #followed: () => HeapTablesByNamespace | undefined
  readonly #others: KeyedPriorityQueue<N>
  readonly #groups: TimerGroup<N>[] = []
  readonly #hashesAhead: number[] = new Array<number>(TOUCHED_TOGETHER).fill(0)
  /** So many are taken before the next ones are touched ahead. */
  #touchedLeft = 0
  /** The one that was added to last. */
  #last: TimerGroup<N> | undefined
  #size = 0

  constructor(tables: HeapTablesByNamespace, { current, prepareKeys, followed }: SharedTimerQueueParameters) {
    this.#tables = tables
    this.#current = current
    this.#prepareKeys = prepareKeys
    this.#followed = followed
    this.#others = new TablePriorityQueue(new HeapQueueEntries<N>(tables.others, current, prepareKeys))
    for (const owner of tables.all()) this.#insert(new TimerGroup(tables, owner))
    this.#size = tables.size - tables.others.size
  }

  get size(): number {
    return this.#size + this.#others.size
  }

  add(namespace: N, timestamp: number): boolean {
    const current = this.#currentKey()
    const group = this.#groupFor(namespace, timestamp)
    if (group === undefined) return this.#others.add(namespace, timestamp)
    if (!group.add(current)) return false
    this.#size += 1
    return group === this.#groups[0] && group.size === 1
  }

  remove(namespace: N, timestamp: number): boolean {
    const current = this.#currentKey()
    const group = this.#find(namespace, timestamp)
    if (group === undefined) return this.#others.remove(namespace, timestamp)
    if (!group.remove(current)) return false
    this.#removed(group)
    return true
  }

  firstTimestamp(): number | undefined {
    const [first] = this.#groups
    return this.#isOfOthers(first) ? this.#others.firstTimestamp() : first?.timestamp
  }

  isDue(timestamp: number): boolean {
    const [first] = this.#groups
    return (first !== undefined && first.timestamp <= timestamp) || this.#others.isDue(timestamp)
  }

  poll(): QueueElement<N> | undefined {
    const [earliest] = this.#groups
    if (earliest === undefined || this.#isOfOthers(earliest)) return this.#others.poll()
    const { group, position } = this.#firstOf(earliest)
    if (this.#touchedLeft === 0) this.#touchAhead(group)
    this.#touchedLeft -= 1
    const element = group.take(position, this.#current)
    this.#removed(group)
    return element
  }

  /** Whether what comes first is in no group. */
  #isOfOthers(first: TimerGroup<N> | undefined): boolean {
    const timestamp = this.#others.size === 0 ? undefined : this.#others.firstTimestamp()
    return timestamp !== undefined && (first === undefined || timestamp < first.timestamp)
  }

  /** Of the groups with its timestamp. */
  #firstOf(earliest: TimerGroup<N>): { readonly group: TimerGroup<N>; readonly position: number } {
    let first = { group: earliest, position: earliest.firstPosition() }
    for (let at = 1; this.#groups[at]?.timestamp === earliest.timestamp; at += 1) {
      const group = this.#groups[at] as TimerGroup<N>
      const position = group.firstPosition()
      if (group.table.hashAt(position) < first.group.table.hashAt(first.position)) first = { group, position }
    }
    return first
  }

  #touchAhead(group: TimerGroup<N>): void {
    const positions = group.comingPositions(TOUCHED_TOGETHER)
    for (let at = 0; at < positions.length; at += 1) this.#hashesAhead[at] = group.table.hashAt(positions[at] as number)
    this.#touchedLeft = positions.length
    group.table.touch(positions, 0, positions.length)
    this.#prepareKeys(this.#hashesAhead, 0, positions.length)
  }

  #removed(group: TimerGroup<N>): void {
    this.#size -= 1
    if (group.size > 0) return
    this.#groups.splice(this.#groups.indexOf(group), 1)
    group.close()
    if (this.#last === group) this.#last = undefined
    this.#touchedLeft = 0
  }

  /** Undefined where there are too many of them. */
  #groupFor(namespace: N, timestamp: number): TimerGroup<N> | undefined {
    const found = this.#find(namespace, timestamp)
    if (found !== undefined) return found
    const table = this.#tables.findOrMake({ namespace, timestamp })
    if (table === undefined) return undefined
    const group = new TimerGroup<N>(this.#tables, table)
    const followed = this.#followedIn(namespace)
    if (followed !== undefined) group.follow(followed)
    this.#insert(group)
    this.#last = group
    return group
  }

  #followedIn(namespace: N): NamespaceTable | undefined {
    const followed = this.#followed()
    const { fingerprint } = this.#tables.types.namespaces
    if (followed === undefined || timerFingerprint(followed.types.namespaces.fingerprint) !== fingerprint)
      return undefined
    return followed.find(namespace)
  }

  #find(namespace: N, timestamp: number): TimerGroup<N> | undefined {
    const last = this.#last
    if (last?.timestamp === timestamp && last.namespace === namespace) return last
    const table = this.#tables.find({ namespace, timestamp })
    if (table === undefined) return undefined
    this.#last = this.#groups[this.#indexOf(timestamp)]
    for (let at = this.#indexOf(timestamp); this.#last !== undefined && this.#last.owner !== table; at += 1)
      this.#last = this.#groups[at]
    return this.#last
  }

  #insert(group: TimerGroup<N>): void {
    this.#groups.splice(this.#indexOf(group.timestamp), 0, group)
  }

  /** Of the first group with this timestamp or a later one. */
  #indexOf(timestamp: number): number {
    const groups = this.#groups
    let low = 0
    let high = groups.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((groups[middle] as TimerGroup<N>).timestamp < timestamp) low = middle + 1
      else high = middle
    }
    return low
  }

  #currentKey(): KeyContext {
    if (this.#current.hasKey) return this.#current
    throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { ...this.#tables.named })
  }
}
