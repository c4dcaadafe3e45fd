// Duty: one keyed state of one operator subtask: the entry of the current key, and what running snapshots need of the rest.
// Invariants: only the subtask's own key groups have entries. The entry of the current key is looked up once a record (a
// key context's sequence). What `get` hands out may be changed by its receiver: while a snapshot runs that still needs the
// value, a copy takes its place first. While a snapshot runs no position is used again.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import { EntryTable, NOT_FOUND } from './entry-table.js'
import { namespaceHash, type KeyContext } from './key-context.js'
import type { StateEntry } from './key-group-block.js'
import { stateNotSerializable } from './state-not-serializable.js'
import { TableSnapshot } from './table-snapshot.js'
import { asyncNotAllowed } from './thenable.js'

/** What all tables of a backend share. */
export interface StateTableEnvironment {
  readonly operatorName: string
  readonly keyGroups: KeyGroupRange
  readonly maxParallelism: number
  readonly keyKind: KeyKind
  readonly context: KeyContext
}

export class StateTable {
  readonly metadata: StateMetadata
  readonly serializer: TypeSerializer<unknown>
  readonly #environment: StateTableEnvironment
  readonly #context: KeyContext
  readonly #table: EntryTable
  /** Running snapshots; undefined when there are none, which costs one comparison a change. */
  #snapshots: TableSnapshot[] | undefined
  /** The position of the key under this sequence of the context. */
  #position = NOT_FOUND
  #sequence = -1

  constructor(metadata: StateMetadata, serializer: TypeSerializer<unknown>, environment: StateTableEnvironment) {
    this.metadata = metadata
    this.serializer = serializer
    this.#environment = environment
    this.#context = environment.context
    this.#table = new EntryTable(environment.keyKind)
  }

  get size(): number {
    return this.#table.size
  }

  get hasNamespaces(): boolean {
    return this.#table.hasNamespaces
  }

  /** The value of the current key, undefined when there is none. The caller may change it in place. */
  get(): unknown {
    const position = this.#current()
    if (position === NOT_FOUND) return undefined
    const value = this.#table.valueAt(position)
    if (this.#snapshots !== undefined && typeof value === 'object' && value !== null) {
      return this.#unsharedValue(position, value, this.#snapshots)
    }
    return value
  }

  put(value: unknown): void {
    const position = this.#current()
    if (position === NOT_FOUND) {
      this.#insertCurrent(value)
      return
    }
    if (this.#snapshots !== undefined) preserve(position, this.#snapshots)
    this.#table.setValueAt(position, value)
  }

  remove(): void {
    const position = this.#current()
    if (position === NOT_FOUND) return
    if (this.#snapshots !== undefined) preserve(position, this.#snapshots)
    this.#table.remove(position)
    if (this.#snapshots === undefined) this.#table.reclaim()
    this.#position = NOT_FOUND
  }

  prefetch(keyHashes: readonly number[], start: number, end: number): void {
    this.#table.prefetch(keyHashes, start, end)
  }

  /** Puts a restored entry; its key was hashed by the caller. */
  load(entry: StateEntry, keyHash: number): void {
    this.#insert(entry, keyHash ^ namespaceHash(entry.namespace))
  }

  /** Costs a byte an entry; `endSnapshot` must follow. */
  beginSnapshot(): TableSnapshot {
    const snapshot = new TableSnapshot(this.#table)
    this.#snapshots = [...(this.#snapshots ?? []), snapshot]
    return snapshot
  }

  endSnapshot(snapshot: TableSnapshot): void {
    const rest = this.#snapshots?.filter((running) => running !== snapshot) ?? []
    this.#snapshots = rest.length === 0 ? undefined : rest
    if (this.#snapshots === undefined) this.#table.reclaim()
  }

  keyAt(position: number): unknown {
    return this.#table.keyAt(position)
  }

  namespaceAt(position: number): unknown {
    return this.#table.namespaceAt(position)
  }

  keyGroupAt(position: number): number {
    const keyHash = this.#table.hashAt(position) ^ namespaceHash(this.#table.namespaceAt(position))
    return keyGroupForHash(keyHash, this.#environment.maxParallelism)
  }

  /** The error for a reducer or aggregator of this state that is asynchronous. */
  asyncNotAllowed(promise: PromiseLike<unknown>, method: string): FlinkError {
    return asyncNotAllowed(promise, this.#environment.operatorName, `${method} of state '${this.metadata.name}'`)
  }

  #current(): number {
    return this.#sequence === this.#context.sequence ? this.#position : this.#lookUp()
  }

  #lookUp(): number {
    const context = this.#context
    if (!context.hasKey) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { state: this.metadata.name })
    this.#position = this.#table.find(context.key, context.namespace, context.hash)
    this.#sequence = context.sequence
    return this.#position
  }

  #insertCurrent(value: unknown): void {
    const { key, namespace, hash } = this.#context
    this.#position = this.#insert({ key, namespace, value }, hash)
  }

  #insert(entry: StateEntry, hash: number): number {
    const position = this.#table.insert(entry, hash, this.#snapshots === undefined)
    this.#assertOwnKeyGroup(position)
    return position
  }

  /** The value itself where no snapshot needs it, else a copy that takes its place. */
  #unsharedValue(position: number, value: object, snapshots: readonly TableSnapshot[]): unknown {
    if (!snapshots.some((snapshot) => snapshot.needs(position))) return value
    let copy: unknown
    try {
      copy = this.serializer.copy(value)
    } catch (error) {
      throw stateNotSerializable(error, this.metadata.name, this.#environment.operatorName)
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
