// Duty: one keyed state of one operator subtask: finds the entry of the current key, and keeps the entries by key group.
// Invariants: only the subtask's own key groups have entries. The entry of the current key is looked up once a record (a
// key context's sequence). What `get` hands out may be changed by its receiver: while a snapshot runs that could still
// need the value, a copy takes its place first.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import { EntryTable } from './entry-table.js'
import { namespaceHash, type KeyContext } from './key-context.js'
import { KeyGroupEntries } from './key-group-entries.js'
import type { SnapshotVersions } from './snapshot-versions.js'
import type { StateEntry, VisibleEntry } from './state-entry.js'
import { stateNotSerializable } from './state-not-serializable.js'
import { asyncNotAllowed } from './thenable.js'

/** What all tables of a backend share. */
export interface StateTableEnvironment {
  readonly operatorName: string
  readonly keyGroups: KeyGroupRange
  readonly keyKind: KeyKind
  readonly context: KeyContext
  readonly versions: SnapshotVersions
}

export class StateTable {
  readonly metadata: StateMetadata
  readonly serializer: TypeSerializer<unknown>
  readonly #operatorName: string
  readonly #context: KeyContext
  readonly #versions: SnapshotVersions
  readonly #table: EntryTable
  readonly #firstKeyGroup: number
  readonly #keyGroups: KeyGroupEntries[]
  /** The entry of the key under this sequence of the context. */
  #entry: StateEntry | undefined = undefined
  #sequence = -1

  constructor(metadata: StateMetadata, serializer: TypeSerializer<unknown>, environment: StateTableEnvironment) {
    const { start, end } = environment.keyGroups
    const { versions } = environment
    this.metadata = metadata
    this.serializer = serializer
    this.#operatorName = environment.operatorName
    this.#context = environment.context
    this.#versions = versions
    this.#table = new EntryTable(environment.keyKind)
    this.#firstKeyGroup = start
    this.#keyGroups = Array.from({ length: Math.max(0, end - start + 1) }, () => new KeyGroupEntries(versions))
  }

  /** The value of the current key, undefined when there is none. The caller may change it in place. */
  get(): unknown {
    const entry = this.#current()
    if (entry === undefined) return undefined
    const value = entry.value
    if (entry.version <= this.#versions.newest && typeof value === 'object') return this.#copyForChange(entry)
    return value
  }

  put(value: unknown): void {
    const entry = this.#current()
    if (entry === undefined) this.#insertCurrent(value)
    else if (entry.version > this.#versions.newest) entry.value = value
    else this.#keyGroup(entry.keyGroup).replace(entry, value)
  }

  remove(): void {
    const entry = this.#current()
    if (entry === undefined) return
    this.#keyGroup(entry.keyGroup).remove(entry)
    this.#table.remove(entry)
    this.#entry = undefined
  }

  /** Puts a restored entry; its key was hashed by the caller. */
  load(keyGroup: number, { key, namespace, value }: VisibleEntry, keyHash: number): void {
    const hash = keyHash ^ namespaceHash(namespace)
    this.#insert({ key, namespace, value, hash, keyGroup, version: this.#versions.current, position: 0 })
  }

  visibleAt(version: number, keyGroup: number): VisibleEntry[] {
    return this.#keyGroup(keyGroup).visibleAt(version)
  }

  prunePreserved(): void {
    for (const keyGroup of this.#keyGroups) keyGroup.prunePreserved()
  }

  get size(): number {
    return this.#table.size
  }

  /** Values that are kept for running snapshots only. */
  get preservedCount(): number {
    return this.#keyGroups.reduce((count, { preservedCount }) => count + preservedCount, 0)
  }

  /** The error for a reducer or aggregator of this state that is asynchronous. */
  asyncNotAllowed(promise: PromiseLike<unknown>, method: string): FlinkError {
    return asyncNotAllowed(promise, this.#operatorName, `${method} of state '${this.metadata.name}'`)
  }

  #current(): StateEntry | undefined {
    return this.#sequence === this.#context.sequence ? this.#entry : this.#lookUp()
  }

  #lookUp(): StateEntry | undefined {
    const context = this.#context
    if (!context.hasKey) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { state: this.metadata.name })
    this.#entry = this.#table.find(context.key, context.namespace, context.hash)
    this.#sequence = context.sequence
    return this.#entry
  }

  #insertCurrent(value: unknown): void {
    const { key, namespace, hash } = this.#context
    const version = this.#versions.current
    const entry = { key, namespace, value, hash, keyGroup: this.#context.keyGroup(), version, position: 0 }
    this.#insert(entry)
    this.#entry = entry
  }

  #insert(entry: StateEntry): void {
    this.#keyGroup(entry.keyGroup).add(entry)
    this.#table.insert(entry)
  }

  #copyForChange(entry: StateEntry): unknown {
    if (entry.value === null) return null
    let copy: unknown
    try {
      copy = this.serializer.copy(entry.value)
    } catch (error) {
      throw stateNotSerializable(error, this.metadata.name, this.#operatorName)
    }
    this.#keyGroup(entry.keyGroup).replace(entry, copy)
    return copy
  }

  #keyGroup(keyGroup: number): KeyGroupEntries {
    const entries = this.#keyGroups[keyGroup - this.#firstKeyGroup]
    if (entries !== undefined) return entries
    const what = `key group ${String(keyGroup)} does not belong to this subtask of ${this.#operatorName}`
    throw new FlinkError('ASSERTION_FAILED', { what })
  }
}
