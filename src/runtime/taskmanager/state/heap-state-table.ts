// Duty: one keyed state of one operator subtask as live objects: the entry of the current key, and what running snapshots need of the rest.
// Invariants: only the subtask's own key groups have entries. The entry of the current key is looked up once a record
// (a key context's sequence) and namespace. What `get` hands out may be changed by its receiver: where a running
// snapshot still needs the value, a copy takes its place first; where changes are noted, it counts as changed. No
// position is used again while a snapshot runs. A key that has no entry yet is checked when it is looked up
// (new-keys.ts), so the key of every entry has the hash that it is found by; the table keeps a key of its own. A value
// that cannot be copied fails the snapshot, not the record.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { ChangeLog, type Changes, type RemovedKey, type RemovedKeys } from './change-log.js'
import type { ValuesAhead } from './entries-ahead.js'
import { EntryTable, NO_ENTRY, NOT_FOUND } from './entry-table.js'
import { NO_PLACE, type KeyContext } from './key-context.js'
import type { NamedState } from './given-values.js'
import type { ValuesInMemory } from './internal-state.js'
import type { StateEntry } from './key-group-block.js'
import type { NamespaceColumn } from './namespace-column.js'
import { VOID_NAMESPACE, VOID_NAMESPACES } from './namespace-type.js'
import type { NewKeys } from './new-keys.js'
import { isTouching, ObjectsAhead, ObjectsAndMoreAhead } from './objects-ahead.js'
import type { EntriesSnapshot, SnapshotPart } from './snapshot-part.js'
import { stateNotStorable } from './state-not-serializable.js'
import type { EntryKey, StoredTable, StateTypes } from './state-table.js'
import { TableSnapshot, type SnapshotSource } from './table-snapshot.js'
import { UserMapSerializer } from './user-map-serializer.js'
import { UserMapsAhead } from './user-maps-ahead.js'

const NO_CHANGES: Changes = { positions: [], removed: [], has: () => false }

/** What all tables of a backend share. */
export interface HeapTableEnvironment {
  readonly operatorName: string
  readonly keyGroups: KeyGroupRange
  readonly maxParallelism: number
  readonly keyKind: KeyKind
  readonly newKeys: NewKeys
  readonly context: KeyContext
  /** Of entries; that of an ordinary table where it is not said. */
  readonly initialCapacity?: number
  /** What lies in or beside values; that of their type where it is not said. */
  readonly valuesAhead?: ValuesAhead
}

/** Twelve fields: those below `#table` are read for every record, where another object between would cost. */
export class HeapStateTable implements StoredTable, ValuesInMemory, SnapshotPart {
  readonly types: StateTypes
  readonly #environment: HeapTableEnvironment
  readonly #context: KeyContext
  readonly #table: EntryTable
  /** Running snapshots; undefined when there are none. */
  #snapshots: TableSnapshot[] | undefined
  /** For incremental checkpoints, from the first of them on. */
  #changes: ChangeLog | undefined
  /** A snapshot runs, or changes are noted. One flag for both: where there is neither, a write costs one comparison. */
  #isWatched = false
  /** The position of the key under this sequence of the context. */
  #position = NOT_FOUND
  #sequence = -1
  /** The current key as it is to be kept, where it has no entry. */
  #newKey: unknown
  #namespace: unknown = VOID_NAMESPACE
  #namespaceHash = 0

  constructor(types: StateTypes, environment: HeapTableEnvironment) {
    this.types = types
    this.#environment = environment
    this.#context = environment.context
    const { keyKind, initialCapacity, valuesAhead = valuesAheadOf(types) } = environment
    this.#table = new EntryTable(keyKind, types.namespaces, { valuesAhead, initialCapacity })
  }

  /** For errors. */
  get named(): NamedState {
    return { state: this.types.metadata.name, operator: this.#environment.operatorName }
  }

  /** All tables of the state. */
  parts(): readonly SnapshotPart[] {
    return [this]
  }

  get size(): number {
    return this.#table.size
  }

  get hasNamespaces(): boolean {
    return this.types.namespaces !== VOID_NAMESPACES
  }

  /** The living object: what its receiver changes in it is kept. */
  get(): unknown {
    const position = this.#current()
    if (position === NOT_FOUND) return undefined
    const value = this.#table.valueAt(position)
    if (this.#isWatched && typeof value === 'object' && value !== null) return this.#handOut(position, value)
    return value
  }

  /** Running snapshots may share it. */
  peek(): unknown {
    const position = this.#current()
    return position === NOT_FOUND ? undefined : this.#table.valueAt(position)
  }

  put(value: unknown): void {
    const position = this.#current()
    if (position === NOT_FOUND) {
      this.#insertCurrent(value)
      return
    }
    if (this.#isWatched) {
      if (this.#snapshots !== undefined) preserve(position, this.#snapshots)
      this.#changes?.changed(position)
    }
    this.#table.setValueAt(position, value)
  }

  /** It is the living object, noted when it was handed out. */
  changedInPlace(): void {}

  setCurrentNamespace(namespace: unknown): void {
    if (namespace === this.#namespace) return
    this.#namespace = namespace
    this.#namespaceHash = this.#hashOf(namespace)
    this.#sequence = -1
  }

  *entryKeys(): Generator<EntryKey> {
    for (let position = 0; position < this.#table.limit; position += 1) {
      if (this.#table.valueAt(position) === NO_ENTRY) continue
      const keyHash = this.#table.keyHashAt(position)
      yield { key: this.keyAt(position), keyHash, namespace: this.namespaceAt(position) }
    }
  }

  remove(): void {
    const position = this.#current()
    if (position === NOT_FOUND) return
    const context = this.#context
    this.#newKey = this.keyAt(position)
    context.setOwn(this.#newKey)
    this.removeAt(position)
    this.#position = NOT_FOUND
    if (context.leader === this) context.setPlace(NO_PLACE)
  }

  writeValueOf(place: EntryKey, output: DataOutputView): boolean {
    const position = this.find(place, place.namespace)
    if (position === NOT_FOUND) return false
    this.types.serializer.serialize(this.#table.valueAt(position), output)
    return true
  }

  /** The position of an entry of any key, for those who keep positions; NOT_FOUND where there is none. */
  find({ key, keyHash }: Pick<KeyContext, 'key' | 'keyHash'>, namespace: unknown): number {
    return this.#table.find(key, namespace, keyHash ^ this.#hashOf(namespace))
  }

  /** An entry that `find` has not found; its position. */
  insert(context: KeyContext, namespace: unknown, value: unknown): number {
    return this.#insert({ key: this.#ownKey(context), namespace, value }, context.keyHash ^ this.#hashOf(namespace))
  }

  removeAt(position: number): void {
    if (this.#context.leader === this) this.#context.leavePlace(position)
    if (this.#isWatched) {
      this.#changes?.removed(position, () => this.#removedKeyAt(position))
      if (this.#snapshots !== undefined) preserve(position, this.#snapshots)
    }
    this.#removeAt(position)
  }

  get copiesOnWrite(): boolean {
    return this.#snapshots !== undefined
  }

  /** Of the current key, in the current namespace; NOT_FOUND where it has no entry. */
  currentPosition(): number {
    return this.#current()
  }

  get inMemory(): ValuesInMemory {
    return this
  }

  removeWhere(isOver: (value: unknown) => boolean, from: number, count: number): number {
    const { limit } = this.#table
    const end = Math.min(from + count, limit)
    for (let position = from; position < end; position += 1) {
      const value = this.#table.valueAt(position)
      if (value !== NO_ENTRY && isOver(value)) this.removeAt(position)
    }
    // What was found for the current key may be gone.
    this.#sequence = -1
    if (this.#context.leader === this) this.#context.setPlace(NO_PLACE)
    return end < limit ? end : 0
  }

  /** As removeAt, where the entry may be that of the current key. */
  removeFoundAt(position: number): void {
    this.removeAt(position)
    if (position === this.#position) this.#sequence = -1
    const context = this.#context
    if (context.leader === this && context.place === position) context.setPlace(NO_PLACE)
  }

  /** Undefined where there is no entry; running snapshots may share it. */
  peekAt(position: number): unknown {
    const value = this.#table.valueAt(position)
    return value === NO_ENTRY ? undefined : value
  }

  /** The living object of an entry, to be changed. */
  ownAt(position: number): unknown {
    const value = this.#table.valueAt(position)
    return this.#isWatched && typeof value === 'object' && value !== null ? this.#handOut(position, value) : value
  }

  hasEntryAt(position: number): boolean {
    return this.#table.valueAt(position) !== NO_ENTRY
  }

  /** Of key and namespace. */
  hashAt(position: number): number {
    return this.#table.hashAt(position)
  }

  keyHashAt(position: number): number {
    return this.#table.keyHashAt(position)
  }

  /** All positions are below. */
  get limit(): number {
    return this.#table.limit
  }

  /** Undefined where the namespaces are void. */
  get namespaceColumn(): NamespaceColumn | undefined {
    return this.#table.namespaces
  }

  /** In the namespace of the last record: that of the next ones, as a rule, where records come in the order of time. */
  prefetch(keyHashes: readonly number[], start: number, end: number): void {
    this.#table.prefetch(keyHashes, start, end, this.#namespaceHash)
  }

  /** Touches entries that are to be written: at most TOUCHED_TOGETHER positions. */
  touch(positions: Int32Array, start: number, end: number): void {
    this.#table.touch(positions, start, end)
  }

  /** Puts a restored entry; its key was hashed by the caller. Its position. */
  load(entry: StateEntry, keyHash: number): number {
    return this.#insert(entry, keyHash ^ this.#hashOf(entry.namespace))
  }

  /** Puts an entry of a restored delta, in the place of an older one where there is one. */
  loadChanged(entry: StateEntry, keyHash: number): number {
    const position = this.positionOf(entry, keyHash)
    if (position === NOT_FOUND) return this.load(entry, keyHash)
    this.#table.setValueAt(position, entry.value)
    return position
  }

  /** Applies a removal of a restored delta. */
  loadRemoved(key: unknown, namespace: unknown, keyHash: number): void {
    const position = this.#table.find(key, namespace, keyHash ^ this.#hashOf(namespace))
    if (position !== NOT_FOUND) this.#removeAt(position)
  }

  /** Costs a byte an entry; `endSnapshot` must follow. */
  beginSnapshot(): TableSnapshot {
    return this.#begin(new TableSnapshot(this.source()))
  }

  /** Of what changed in and since the epoch; costs a byte an entry. `endSnapshot` must follow, and `beginEpoch` at once. */
  beginDelta(epoch: number): { readonly snapshot: TableSnapshot; readonly removed: RemovedKeys } {
    const changes = this.#changes?.since(epoch) ?? NO_CHANGES
    return { snapshot: this.#begin(new TableSnapshot(this.source(), changes)), removed: changes.removed }
  }

  endSnapshot(snapshot: EntriesSnapshot): void {
    const rest = this.#snapshots?.filter((running) => running !== snapshot) ?? []
    this.#snapshots = rest.length === 0 ? undefined : rest
    this.#isWatched = this.#snapshots !== undefined || this.#changes !== undefined
    if (this.#snapshots === undefined) this.#table.reclaim()
  }

  /** From here on changes are noted as those of this epoch. */
  beginEpoch(epoch: number): void {
    this.#changes ??= new ChangeLog()
    this.#changes.begin(epoch, this.size)
    this.#isWatched = true
  }

  /** True when `beginDelta` would know of everything that happened since. */
  knowsChangesSince(epoch: number): boolean {
    return this.#changes?.reachesBackTo(epoch) === true
  }

  forgetChangesBefore(epoch: number): void {
    this.#changes?.forgetBefore(epoch)
  }

  keyAt(position: number): unknown {
    return this.#table.keyAt(position)
  }

  namespaceAt(position: number): unknown {
    return this.#table.namespaceAt(position)
  }

  keyGroupAt(position: number): number {
    return keyGroupForHash(this.#table.keyHashAt(position), this.#environment.maxParallelism)
  }

  /** The error for a value that could not be written or copied. */
  notStorable(error: unknown, position: number): unknown {
    return stateNotStorable(error, { ...this.named, key: this.keyAt(position) })
  }

  /** What snapshots are of. */
  protected source(): SnapshotSource {
    return this.#table
  }

  /** NO_ENTRY where there is none. */
  protected valueAt(position: number): unknown {
    return this.#table.valueAt(position)
  }

  protected copyOf(value: unknown): unknown {
    return this.types.serializer.copy(value)
  }

  /** The same of any key. */
  protected positionOf({ key, namespace }: Pick<StateEntry, 'key' | 'namespace'>, keyHash: number): number {
    return this.#table.find(key, namespace, keyHash ^ this.#hashOf(namespace))
  }

  /** In the place of the value of an entry: `put` has the same in it, for the records of states without more. */
  protected setAt(position: number, value: unknown): void {
    this.noteChangeAt(position)
    this.#table.setValueAt(position, value)
  }

  /** Before what is beside the value at the position changes. */
  protected noteChangeAt(position: number): void {
    if (!this.#isWatched) return
    if (this.#snapshots !== undefined) preserve(position, this.#snapshots)
    this.#changes?.changed(position)
  }

  /** What a namespace adds to the hash of its key: nothing where there is one namespace alone. */
  #hashOf(namespace: unknown): number {
    const { namespaces } = this.types
    return namespaces === VOID_NAMESPACES ? 0 : namespaces.hash(namespace)
  }

  #current(): number {
    return this.#sequence === this.#context.sequence ? this.#position : this.#lookUp()
  }

  #lookUp(): number {
    const context = this.#context
    if (!context.hasKey) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { ...this.named })
    const expected = context.expectedIn(this)
    const isThere = expected !== NO_PLACE && this.#isOfKey(expected, context.key)
    const position = isThere
      ? expected
      : this.#table.find(context.key, this.#namespace, context.keyHash ^ this.#namespaceHash)
    if (position === NOT_FOUND) this.#newKey = this.#ownKey(context)
    this.#position = position
    this.#sequence = context.sequence
    if (context.leader === this) context.setPlace(position)
    return position
  }

  /** Of a table with one namespace. */
  #isOfKey(position: number, key: unknown): boolean {
    return this.#table.keyAt(position) === key && this.hasEntryAt(position)
  }

  /** One hash a record whose key is new to some state, and none for a timer of a key that the leading state has. */
  #ownKey(context: KeyContext): unknown {
    if (context.hasOwn) return context.own
    const { place, leader } = context
    const own =
      place !== NO_PLACE && leader instanceof HeapStateTable
        ? leader.keyAt(place)
        : this.#environment.newKeys.accept(context.key, context.keyHash, this.types.metadata.name)
    context.setOwn(own)
    return own
  }

  #insertCurrent(value: unknown): void {
    const entry = { key: this.#newKey, namespace: this.#namespace, value }
    const position = this.#insert(entry, this.#context.keyHash ^ this.#namespaceHash)
    this.#position = position
    if (this.#context.leader === this) this.#context.setPlace(position)
  }

  #insert(entry: StateEntry, hash: number): number {
    const position = this.#table.insert(entry, hash, this.#snapshots === undefined)
    this.#assertOwnKeyGroup(position)
    this.#changes?.inserted(position)
    if (this.#context.leader === this) this.#context.forgetPlace(position)
    return position
  }

  #removeAt(position: number): void {
    this.#table.remove(position, this.#snapshots === undefined)
  }

  #removedKeyAt(position: number): RemovedKey {
    return { key: this.keyAt(position), namespace: this.namespaceAt(position), keyGroup: this.keyGroupAt(position) }
  }

  #begin(snapshot: TableSnapshot): TableSnapshot {
    this.#snapshots = [...(this.#snapshots ?? []), snapshot]
    this.#isWatched = true
    return snapshot
  }

  /**
   * The value itself where no snapshot needs it, else a copy that takes its place. Its receiver may change it. What cannot
   * be copied cannot be stored either: the snapshots that need it are over, and the record goes on.
   */
  #handOut(position: number, value: object): unknown {
    const handedOut = this.#snapshots === undefined ? value : this.#unshare(position, value, this.#snapshots)
    this.#changes?.changed(position)
    return handedOut
  }

  #unshare(position: number, value: object, snapshots: readonly TableSnapshot[]): unknown {
    if (!snapshots.some((snapshot) => snapshot.needs(position))) return value
    let copy: unknown
    try {
      copy = this.copyOf(value)
    } catch (error) {
      const reason = this.notStorable(error, position)
      for (const snapshot of snapshots) if (snapshot.needs(position)) snapshot.spoil(reason)
      return value
    }
    preserve(position, snapshots)
    this.#table.setValueAt(position, copy)
    return copy
  }

  #assertOwnKeyGroup(position: number): void {
    const { keyGroups, operatorName } = this.#environment
    const keyGroup = this.keyGroupAt(position)
    if (keyGroup >= keyGroups.start && keyGroup <= keyGroups.end) return
    const what = `key group ${String(keyGroup)} does not belong to this subtask of ${operatorName}`
    throw new FlinkError('ASSERTION_FAILED', { what })
  }
}

function preserve(position: number, snapshots: readonly TableSnapshot[]): void {
  for (const snapshot of snapshots) if (snapshot.needs(position)) snapshot.preserve(position)
}

function valuesAheadOf({ serializer, metadata }: StateTypes): ValuesAhead | undefined {
  if (metadata.kind === 'priority-queue') return undefined
  if (serializer instanceof UserMapSerializer) return new UserMapsAhead()
  return isTouching(serializer) ? new ObjectsAndMoreAhead(serializer) : new ObjectsAhead()
}
