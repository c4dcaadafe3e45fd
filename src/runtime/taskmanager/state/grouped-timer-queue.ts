// Duty: a KeyedPriorityQueue of timers without namespaces in which those that many keys have at one time, as the ends of minutes, stand
// as marks at the entries that the keys have in the leading state of the backend (following-timers.ts), and all others in a table.
// Invariants: as of TablePriorityQueue: the least timestamp comes first, of equal ones the least hash of the key. A time gets a group
// only when it is the latest yet and a number of keys have set it: where each timer has a time of its own there is none. Of a time
// with a group the table has those elements whose keys have no entry (`hasOutsiders`). A leading state of keys and windows has none:
// there a position is not that of a key alone.
// Thread: the task worker that owns the backend.
import { TOUCHED_TOGETHER } from './entries-ahead.js'
import { NOT_FOUND } from './entry-table.js'
import type { HeapQueueEntries } from './heap-queue-entries.js'
import type { HeapQueueTable } from './heap-queue-table.js'
import { HeapStateTable } from './heap-state-table.js'
import type { KeyContext } from './key-context.js'
import type { KeyedPriorityQueue, QueueElement } from './keyed-priority-queue.js'
import { PlaceGroup } from './place-group.js'
import { TablePriorityQueue } from './table-priority-queue.js'

/** Of so many elements of one time a group is made. */
const LEAST_GROUP = 32
/** An entry that leaves asks each of them. */
const MOST_GROUPS = 8
const NONE = Number.NaN

export class GroupedTimerQueue<N> implements KeyedPriorityQueue<N> {
  readonly #table: HeapQueueTable
  readonly #entries: HeapQueueEntries<N>
  readonly #others: TablePriorityQueue<N>
  readonly #current: KeyContext
  /** In the order of time. */
  readonly #groups: PlaceGroup[] = []
  #last: PlaceGroup | undefined
  #grouped = 0
  /** Of all that there ever were. */
  #latest: number
  /** The latest time, while it has no group, and the places of the keys that have it. */
  #candidate = NONE
  readonly #places: number[] = []
  #touchedLeft = 0

  constructor(table: HeapQueueTable, entries: HeapQueueEntries<N>, current: KeyContext) {
    this.#table = table
    this.#entries = entries
    this.#others = new TablePriorityQueue(entries)
    this.#current = current
    this.#latest = entries.latest()
    table.gather = () => {
      this.#latest = Number.POSITIVE_INFINITY
      this.#candidate = NONE
      for (const group of this.#groups.slice()) this.#dissolve(group)
    }
  }

  get size(): number {
    return this.#grouped + this.#others.size
  }

  add(namespace: N, timestamp: number): boolean {
    const group = this.#groupAt(timestamp)
    if (group === undefined) return this.#addToOthers(namespace, timestamp)
    const place = group.table.currentPosition()
    if (place === NOT_FOUND) {
      group.hasOutsiders = true
      return this.#others.add(namespace, timestamp)
    }
    if (group.has(place) || (group.hasOutsiders && this.#entries.has(namespace, timestamp))) return false
    group.add(place)
    this.#grouped += 1
    return false
  }

  remove(namespace: N, timestamp: number): boolean {
    const group = this.#groupAt(timestamp)
    if (group === undefined) return this.#others.remove(namespace, timestamp)
    const place = group.table.find(this.#current, namespace)
    if (place === NOT_FOUND || !group.has(place)) return this.#others.remove(namespace, timestamp)
    this.#removeFrom(group, place)
    return true
  }

  firstTimestamp(): number | undefined {
    const first = this.#groups[0]?.timestamp
    const other = this.#others.firstTimestamp()
    if (first === undefined || other === undefined) return first ?? other
    return Math.min(first, other)
  }

  isDue(timestamp: number): boolean {
    // Asked first: what is due together is sorted there.
    if (this.#others.isDue(timestamp)) return true
    const [first] = this.#groups
    return first !== undefined && first.timestamp <= timestamp
  }

  poll(): QueueElement<N> | undefined {
    const [group] = this.#groups
    if (group === undefined) return this.#others.poll()
    const place = group.first()
    const { table, timestamp } = group
    if (this.#othersPrecede(timestamp, table.hashAt(place))) return this.#others.poll()
    if (this.#touchedLeft === 0) this.#touchAhead(group)
    this.#touchedLeft -= 1
    const namespace = table.namespaceAt(place) as N
    const element = { key: table.keyAt(place), keyHash: table.hashAt(place), namespace, timestamp }
    this.#removeFrom(group, place)
    this.#current.expect(table, place)
    return element
  }

  #othersPrecede(timestamp: number, hash: number): boolean {
    if (this.#others.size === 0) return false
    const other = this.#others.firstTimestamp()
    if (other === undefined || other > timestamp) return false
    return other < timestamp || this.#others.firstHash < hash
  }

  #touchAhead(group: PlaceGroup): void {
    const places = group.coming(TOUCHED_TOGETHER)
    group.table.touch(places, 0, places.length)
    this.#touchedLeft = places.length
  }

  #groupAt(timestamp: number): PlaceGroup | undefined {
    if (this.#last?.timestamp === timestamp) return this.#last
    if (this.#groups.length === 0) return undefined
    const found = this.#groups.find((group) => group.timestamp === timestamp)
    if (found !== undefined) this.#last = found
    return found
  }

  #addToOthers(namespace: N, timestamp: number): boolean {
    const sizeBefore = this.#others.size
    const isFirst = this.#others.add(namespace, timestamp)
    if (timestamp > this.#latest) {
      this.#latest = timestamp
      this.#candidate = timestamp
      this.#places.length = 0
    }
    if (timestamp === this.#candidate && this.#others.size > sizeBefore) this.#noteCandidate(timestamp)
    return isFirst
  }

  #noteCandidate(timestamp: number): void {
    const { leader } = this.#current
    const isOfKeys = leader instanceof HeapStateTable && !leader.hasNamespaces
    if (!isOfKeys || this.#groups.length === MOST_GROUPS) {
      this.#candidate = NONE
      return
    }
    this.#places.push(leader.currentPosition())
    if (this.#places.length < LEAST_GROUP) return
    this.#candidate = NONE
    this.#makeGroup(leader, timestamp)
  }

  /** Of those that have set it so far. */
  #makeGroup(leader: HeapStateTable, timestamp: number): void {
    const group = new PlaceGroup(leader, timestamp, (place) => {
      this.#toOthers(group, place)
      if (group.size === 0) this.#close(group)
    })
    for (const place of this.#places) {
      const isThere = place !== NOT_FOUND && leader.hasEntryAt(place)
      const position = isThere ? this.#positionOf(group, place) : NOT_FOUND
      if (position === NOT_FOUND) group.hasOutsiders = true
      else if (!group.has(place)) {
        this.#entries.removeAt(position, timestamp)
        this.#others.removed()
        group.add(place)
        this.#grouped += 1
      }
    }
    if (group.size === 0) return
    this.#current.followers.push(group.following)
    this.#table.parted.add(group.following)
    const at = this.#groups.findIndex((other) => other.timestamp > timestamp)
    this.#groups.splice(at < 0 ? this.#groups.length : at, 0, group)
  }

  /** Among the others. */
  #positionOf({ table, timestamp }: PlaceGroup, place: number): number {
    return this.#entries.positionOf({ key: table.keyAt(place), keyHash: table.hashAt(place) }, timestamp)
  }

  #removeFrom(group: PlaceGroup, place: number): void {
    group.remove(place)
    this.#grouped -= 1
    if (group.size === 0) this.#close(group)
  }

  /** The entry of its key is leaving. */
  #toOthers(group: PlaceGroup, place: number): void {
    const { table, timestamp } = group
    group.remove(place)
    this.#grouped -= 1
    group.hasOutsiders = true
    const keyHash = table.hashAt(place)
    const position = this.#entries.insert({ key: table.keyAt(place), keyHash }, timestamp)
    this.#others.inserted(timestamp, keyHash, position)
  }

  #dissolve(group: PlaceGroup): void {
    for (const place of group.following.positions()) this.#toOthers(group, place)
    this.#close(group)
  }

  #close(group: PlaceGroup): void {
    this.#groups.splice(this.#groups.indexOf(group), 1)
    this.#table.parted.delete(group.following)
    const { followers } = this.#current
    followers.splice(followers.indexOf(group.following), 1)
    if (this.#last === group) this.#last = undefined
    this.#touchedLeft = 0
  }
}
