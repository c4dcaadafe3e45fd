// Duty: one keyed state whose namespaces are each that of many keys, as windows that tumble: a HeapStateTable for each namespace,
// so that its entries are found by the key alone, lie side by side, and are gone with it. Where there are too many of them, what
// further ones have lies together in a table of the ordinary kind, until that is empty again.
// Invariants: a namespace has all it has in one table. No table is empty but the one of the current namespace. What leaves here while a snapshot runs belongs to that
// snapshot alone. Changes are not noted: incremental checkpoints of it are whole.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { NamedState } from './given-values.js'
import { NOT_FOUND } from './entry-table.js'
import type { FollowingTimers } from './following-timers.js'
import { HeapStateTable, type HeapTableEnvironment } from './heap-state-table.js'
import type { StateEntry } from './key-group-block.js'
import type { NamespaceColumn } from './namespace-column.js'
import type { AnyNamespaceType } from './namespace-type.js'
import type { SnapshotPart } from './snapshot-part.js'
import type { EntryKey, StoredTable, StateTypes } from './state-table.js'

/** Each takes about 1 kB: records of all times in any order must not make one for every window that there ever was. */
const MAX_TABLES = 1000
const INITIAL_CAPACITY = 4

export interface NamespaceTable {
  readonly namespace: unknown
  readonly table: HeapStateTable
  /** What stands at the positions of the table's entries; told before one of them is removed. */
  readonly followers: FollowingTimers[]
}

export class HeapTablesByNamespace implements StoredTable {
  readonly types: StateTypes
  /** Of the namespaces that have no table of their own. */
  readonly others: HeapStateTable
  /** Of a queue: what stands at the entries of another state. */
  readonly parted: Set<SnapshotPart> = new Set()
  readonly #environment: HeapTableEnvironment
  readonly #slotOf: (namespace: unknown) => number
  /** By slot, which few namespaces have in common. */
  readonly #slots = new Map<number, NamespaceTable[]>()
  #count = 0
  #namespace: unknown
  /** Of the namespace, where it has one. */
  #own: NamespaceTable | undefined
  #current: HeapStateTable | undefined

  constructor(types: StateTypes, environment: HeapTableEnvironment) {
    const { shared } = types.namespaces
    if (shared === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'namespaces that keys do not share' })
    this.types = types
    this.others = new HeapStateTable(types, environment)
    this.#environment = { ...environment, initialCapacity: INITIAL_CAPACITY }
    this.#slotOf = (namespace) => shared.slotOf(namespace)
  }

  get named(): NamedState {
    return { state: this.types.metadata.name, operator: this.#environment.operatorName }
  }

  get size(): number {
    return this.parts().reduce((sum, { size }) => sum + size, 0)
  }

  /** Of the namespaces that have one of their own. */
  all(): NamespaceTable[] {
    return [...this.#slots.values()].flat()
  }

  parts(): SnapshotPart[] {
    return [...this.#tables(), ...this.parted]
  }

  find(namespace: unknown): NamespaceTable | undefined {
    const { namespaces } = this.types
    return this.#slots.get(this.#slotOf(namespace))?.find((each) => namespaces.equals(each.namespace, namespace))
  }

  /** Undefined where what the namespace has lies among the others. */
  findOrMake(namespace: unknown): NamespaceTable | undefined {
    const found = this.find(namespace)
    if (found !== undefined) return found
    if (this.#count >= MAX_TABLES || this.others.size > 0) return undefined
    this.#count += 1
    const types = { ...this.types, namespaces: onlyOne(namespace, this.types.namespaces) }
    const made = { namespace, table: new HeapStateTable(types, this.#environment), followers: [] }
    const slot = this.#slotOf(namespace)
    this.#slots.set(slot, [...(this.#slots.get(slot) ?? []), made])
    return made
  }

  drop({ namespace, table }: NamespaceTable): void {
    this.#count -= 1
    const slot = this.#slotOf(namespace)
    const rest = (this.#slots.get(slot) ?? []).filter((each) => each.table !== table)
    if (rest.length === 0) this.#slots.delete(slot)
    else this.#slots.set(slot, rest)
  }

  get(): unknown {
    return this.#table.get()
  }

  peek(): unknown {
    return this.#table.peek()
  }

  put(value: unknown): void {
    this.#table.put(value)
  }

  get copiesOnWrite(): boolean {
    return this.#table.copiesOnWrite
  }

  /** As of each table. */
  changedInPlace(): void {}

  remove(): void {
    const table = this.#table
    const followers = this.#own?.followers ?? []
    if (followers.length > 0) {
      const position = table.currentPosition()
      if (position !== NOT_FOUND) for (const follower of followers.slice()) follower.leaving(position)
    }
    table.remove()
  }

  setCurrentNamespace(namespace: unknown): void {
    if (namespace === this.#namespace) return
    if (this.#own?.table.size === 0) this.drop(this.#own)
    this.#namespace = namespace
    this.#own = this.find(namespace)
    this.#current = this.#own?.table
  }

  *entryKeys(): Generator<EntryKey> {
    for (const table of this.#tables()) yield* table.entryKeys()
  }

  writeValueOf(place: EntryKey, output: DataOutputView): boolean {
    const table = this.find(place.namespace)?.table ?? this.others
    return table.writeValueOf(place, output)
  }

  /** In the namespace of the last record: that of the next ones, as a rule. */
  prefetch(keyHashes: readonly number[], start: number, end: number): void {
    this.#current?.prefetch(keyHashes, start, end)
  }

  load(entry: StateEntry, keyHash: number): void {
    this.#tableOf(entry.namespace).load(entry, keyHash)
  }

  loadChanged(entry: StateEntry, keyHash: number): void {
    this.#tableOf(entry.namespace).loadChanged(entry, keyHash)
  }

  loadRemoved(key: unknown, namespace: unknown, keyHash: number): void {
    const own = this.find(namespace)
    const table = own?.table ?? this.others
    table.loadRemoved(key, namespace, keyHash)
    if (own !== undefined && table.size === 0) this.drop(own)
  }

  beginEpoch(): void {}

  knowsChangesSince(): boolean {
    return false
  }

  forgetChangesBefore(): void {}

  #tables(): HeapStateTable[] {
    return [...this.all().map(({ table }) => table), this.others]
  }

  get #table(): HeapStateTable {
    return (this.#current ??= this.#findTable())
  }

  #findTable(): HeapStateTable {
    this.#own = this.findOrMake(this.#namespace)
    if (this.#own !== undefined) return this.#own.table
    this.others.setCurrentNamespace(this.#namespace)
    return this.others
  }

  #tableOf(namespace: unknown): HeapStateTable {
    return this.findOrMake(namespace)?.table ?? this.others
  }
}

/** Of a table in which all entries have the same one: it costs them nothing. */
function onlyOne(namespace: unknown, type: AnyNamespaceType): AnyNamespaceType {
  const { fingerprint, serializer } = type
  return { fingerprint, serializer, hash: () => 0, equals: () => true, newColumn: () => new OneNamespace(namespace) }
}

class OneNamespace implements NamespaceColumn {
  readonly #namespace: unknown

  constructor(namespace: unknown) {
    this.#namespace = namespace
  }

  set(): void {}

  clear(): void {}

  at(): unknown {
    return this.#namespace
  }

  has(): boolean {
    return true
  }

  hashAt(): number {
    return 0
  }
}
