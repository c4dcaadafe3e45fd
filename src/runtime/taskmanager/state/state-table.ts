// Duty: one keyed state of one operator subtask: its entries by key group, and access to the one of the current key.
// Invariants: maps exist for the subtask's own key groups only. The entry of the current key is looked up once a record
// (a key context's sequence). What `get` hands out may be changed by its receiver: while a snapshot runs that could still
// need the value, a copy takes its place in the table first.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import { CopyOnWriteStateMap, type StateEntry, type VisibleEntry } from './copy-on-write-state-map.js'
import { namespaceHash, type KeyContext } from './key-context.js'
import type { SnapshotVersions } from './snapshot-versions.js'
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
  readonly #environment: StateTableEnvironment
  readonly #context: KeyContext
  readonly #versions: SnapshotVersions
  readonly #firstKeyGroup: number
  readonly #maps: (CopyOnWriteStateMap | undefined)[]
  /** The entry of the key under this sequence of the context. */
  #entry: StateEntry | undefined = undefined
  #sequence = -1

  constructor(metadata: StateMetadata, serializer: TypeSerializer<unknown>, environment: StateTableEnvironment) {
    const { start, end } = environment.keyGroups
    this.metadata = metadata
    this.serializer = serializer
    this.#environment = environment
    this.#context = environment.context
    this.#versions = environment.versions
    this.#firstKeyGroup = start
    this.#maps = new Array<CopyOnWriteStateMap | undefined>(Math.max(0, end - start + 1)).fill(undefined)
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
    if (entry === undefined) this.#insert(value)
    else if (this.#versions.newest === 0) entry.value = value
    else this.#map().replace(entry, value)
  }

  remove(): void {
    const entry = this.#current()
    if (entry === undefined) return
    this.#map().remove(entry)
    this.#entry = undefined
  }

  /** Puts a restored entry; its key is hashed by the caller. */
  load(keyGroup: number, entry: VisibleEntry, keyHash: number): void {
    const hash = keyHash ^ namespaceHash(entry.namespace)
    this.#mapOf(keyGroup).insert(entry.key, entry.namespace, hash, entry.value)
  }

  visibleAt(version: number, keyGroup: number): VisibleEntry[] {
    return this.#maps[keyGroup - this.#firstKeyGroup]?.visibleAt(version) ?? []
  }

  prunePreserved(): void {
    for (const map of this.#maps) map?.prunePreserved()
  }

  /** The error for a reducer or aggregator of this state that is asynchronous. */
  asyncNotAllowed(promise: PromiseLike<unknown>, method: string): FlinkError {
    return asyncNotAllowed(promise, this.#environment.operatorName, `${method} of state '${this.metadata.name}'`)
  }

  get size(): number {
    return this.#maps.reduce((size, map) => size + (map?.size ?? 0), 0)
  }

  /** Values that are kept for running snapshots only. */
  get preservedCount(): number {
    return this.#maps.reduce((count, map) => count + (map?.preservedCount ?? 0), 0)
  }

  #current(): StateEntry | undefined {
    const context = this.#context
    if (this.#sequence === context.sequence) return this.#entry
    if (!context.hasKey) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { state: this.metadata.name })
    this.#entry = this.#map().find(context.key, context.namespace, context.hash)
    this.#sequence = context.sequence
    return this.#entry
  }

  #insert(value: unknown): void {
    const { key, namespace, hash } = this.#context
    this.#entry = this.#map().insert(key, namespace, hash, value)
  }

  #copyForChange(entry: StateEntry): unknown {
    if (entry.value === null) return null
    let copy: unknown
    try {
      copy = this.serializer.copy(entry.value)
    } catch (error) {
      throw stateNotSerializable(error, this.metadata.name, this.#environment.operatorName)
    }
    this.#map().replace(entry, copy)
    return copy
  }

  #map(): CopyOnWriteStateMap {
    return this.#mapOf(this.#context.keyGroup)
  }

  #mapOf(keyGroup: number): CopyOnWriteStateMap {
    const index = keyGroup - this.#firstKeyGroup
    const map = this.#maps[index]
    if (map !== undefined) return map
    if (index < 0 || index >= this.#maps.length) {
      const what = `key group ${String(keyGroup)} does not belong to this subtask of ${this.#environment.operatorName}`
      throw new FlinkError('ASSERTION_FAILED', { what })
    }
    const made = new CopyOnWriteStateMap(this.#environment.keyKind, this.#versions)
    this.#maps[index] = made
    return made
  }
}
