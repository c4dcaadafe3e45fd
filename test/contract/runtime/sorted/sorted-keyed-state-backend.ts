import type { State } from '../../../../src/api/state/state.js'
import type { StateDescriptor } from '../../../../src/api/state/state-descriptor.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { copyKey, hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import { KeyShapes } from '../../../../src/core/keygroups/key-shapes.js'
import { structuredSerializer } from '../../../../src/core/types/structured-serializer.js'
import type { InternalState } from '../../../../src/runtime/taskmanager/state/internal-state.js'
import { NO_ENTRY } from '../../../../src/runtime/taskmanager/state/entry-table.js'
import { visitEntries, type StateEntry } from '../../../../src/runtime/taskmanager/state/key-group-block.js'
import { KeyContext } from '../../../../src/runtime/taskmanager/state/key-context.js'
import type { KeyedPriorityQueue } from '../../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type {
  KeyedStateBackend,
  KeyedStateReader,
  KeyedStateSnapshot,
  SnapshotIncrement,
} from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { KeyedListState } from '../../../../src/runtime/taskmanager/state/keyed-list-state.js'
import { KeyedStateRegistry } from '../../../../src/runtime/taskmanager/state/keyed-state-registry.js'
import {
  VOID_NAMESPACES,
  type AnyNamespaceType,
  type NamespaceType,
} from '../../../../src/runtime/taskmanager/state/namespace-type.js'
import { NewKeys } from '../../../../src/runtime/taskmanager/state/new-keys.js'
import { RestoredKeyedState } from '../../../../src/runtime/taskmanager/state/restored-keyed-state.js'
import type {
  KeyedStateBackendParameters,
  StateBackend,
} from '../../../../src/runtime/taskmanager/state/state-backend.js'
import { migrationFailed } from '../../../../src/runtime/taskmanager/state/schema/value-migration-error.js'
import { checkSameStored } from '../../../../src/runtime/taskmanager/state/state-registration.js'
import type { StateTypes } from '../../../../src/runtime/taskmanager/state/state-table.js'
import { TablePriorityQueue } from '../../../../src/runtime/taskmanager/state/table-priority-queue.js'
import { TableQueueEntries } from '../../../../src/runtime/taskmanager/state/table-queue-entries.js'
import type { UserMap } from '../../../../src/runtime/taskmanager/state/user-map.js'
import type { UserMapSerializer } from '../../../../src/runtime/taskmanager/state/user-map-serializer.js'
import type { KeyedStateHandle, StateMetadata } from '../../../../src/storage/state-handles.js'
import { decodeSortedKey, userKeyText } from './sorted-key.js'
import { SortedMapState } from './sorted-map-state.js'
import {
  CanonicalSnapshot,
  changesIn,
  FilesSnapshot,
  SORTED,
  statesOfManifest,
  type WrittenRuns,
} from './sorted-snapshots.js'
import { SortedStateTable } from './sorted-state-table.js'
import { SortedStore } from './sorted-store.js'

/** Keyed state as sorted bytes, its checkpoints as files that later ones name again: all that the heap's is not. */
export class SortedStateBackend implements StateBackend {
  readonly name = SORTED

  createKeyedStateBackend(parameters: KeyedStateBackendParameters): KeyedStateBackend {
    return new SortedKeyedStateBackend(parameters)
  }
}

export class SortedKeyedStateBackend implements KeyedStateBackend {
  readonly #parameters: KeyedStateBackendParameters
  readonly #context = new KeyContext()
  readonly #newKeys: NewKeys
  readonly #states: KeyedStateRegistry<SortedStateTable>
  /** Of savepoints: kept until it is asked for. */
  readonly #restored: RestoredKeyedState
  /** By name, also those that nobody asked for. */
  readonly #stores = new Map<string, SortedStore>()
  /** By checkpoint. */
  readonly #written = new Map<number, WrittenRuns>()
  #life: 'made' | 'open' | 'disposed' = 'made'

  constructor(parameters: KeyedStateBackendParameters) {
    this.#parameters = parameters
    this.#newKeys = new NewKeys(parameters.operatorName, parameters.keyKind)
    this.#restored = new RestoredKeyedState(parameters.operatorName, parameters.keyGroups)
    this.#states = new KeyedStateRegistry<SortedStateTable>(parameters, this.#context, {
      createTable: (types, context) => this.#createTable(types, context),
      createMapState: (table, keys) => new SortedMapState(table, keys),
      createListState: (table) => new KeyedListState(table),
      createQueue: (queue) =>
        new TablePriorityQueue(new TableQueueEntries({ ...queue, copyKey: (key) => copyKey(key, parameters.keyKind) })),
    })
  }

  async open(): Promise<void> {
    this.#assertIs('made')
    await pause()
    this.#life = 'open'
  }

  async restore(handles: readonly KeyedStateHandle[], reader: KeyedStateReader): Promise<void> {
    if (this.#life === 'made') await this.open()
    this.#assertIs('open')
    for (const handle of handles) {
      if (handle.backendFiles?.backend === SORTED) await this.#restoreFiles(handle, reader)
      else await this.#restored.add(handle, reader)
    }
  }

  expectKeys(shapes: readonly string[]): void {
    this.#newKeys.expect(new KeyShapes(this.#parameters.keyKind, shapes))
  }

  prepareKeys(): void {
    this.#assertIs('open')
  }

  setCurrentKey(key: unknown, keyHash: number): void {
    this.#assertIs('open')
    this.#context.setKey(key, keyHash)
  }

  clearCurrentKey(): void {
    this.#context.clearKey()
  }

  currentKey(): unknown {
    return this.#context.key
  }

  getOrCreateKeyedState(descriptor: StateDescriptor<unknown>): State
  getOrCreateKeyedState<N>(descriptor: StateDescriptor<unknown>, namespaces: NamespaceType<N>): InternalState<N>
  getOrCreateKeyedState(
    descriptor: StateDescriptor<unknown>,
    namespaces: AnyNamespaceType = VOID_NAMESPACES,
  ): InternalState<unknown> {
    if (this.#life !== 'disposed') this.#assertIs('open')
    return this.#states.getOrCreate(descriptor, namespaces)
  }

  getOrCreatePriorityQueue<N>(name: string, namespaces: NamespaceType<N>): KeyedPriorityQueue<N> {
    this.#assertIs('open')
    return this.#states.getOrCreateQueue(name, namespaces)
  }

  getKeys(state: string, namespace: unknown): Iterable<unknown> {
    return this.#states.getKeys(state, namespace)
  }

  applyToAllKeys<N>(state: string, namespace: N, action: (key: unknown, state: InternalState<N>) => void): void {
    this.#states.applyToAllKeys(state, namespace, action)
  }

  snapshot(increment?: SnapshotIncrement): KeyedStateSnapshot {
    this.#assertIs('open')
    const stores = [...this.#stores.values()]
    const restored = this.#restored.all()
    // Whose bytes nobody can tell apart yet cannot be sorted.
    if (increment === undefined || restored.length > 0) return new CanonicalSnapshot(this.#parameters, stores, restored)
    const base = this.#written.get(increment.baseCheckpointId ?? -1) ?? new Map()
    return new FilesSnapshot(this.#parameters, stores, base, (runs) => this.#written.set(increment.checkpointId, runs))
  }

  numberOfEntries(): number {
    return this.#states.tables().reduce((sum, table) => sum + [...table.entryKeys()].length, 0)
  }

  hasEntries(): boolean {
    return this.numberOfEntries() > 0
  }

  async dispose(): Promise<void> {
    await pause()
    this.#life = 'disposed'
    this.#states.clear()
    this.#context.clearKey()
  }

  async #restoreFiles(handle: KeyedStateHandle, { bytes }: KeyedStateReader): Promise<void> {
    const { start, end } = this.#parameters.keyGroups
    const metadata = new Map(handle.states.map((state) => [state.name, state]))
    const states = statesOfManifest(await bytes(handle.handle))
    for (const [index, { handle: file }] of (handle.backendFiles?.files ?? []).entries()) {
      const state = metadata.get(states[index] ?? '')
      if (state === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a file belongs to no state' })
      const store = this.#storeOf(state)
      for (const [key, value] of changesIn(await bytes(file))) {
        const { keyGroup } = decodeSortedKey(key)
        if (keyGroup < start || keyGroup > end) continue
        if (value === undefined) store.delete(key)
        else store.set(key, value)
      }
    }
  }

  #storeOf(metadata: StateMetadata): SortedStore {
    const known = this.#stores.get(metadata.name)
    if (known !== undefined) {
      checkSameStored(known.metadata, metadata, this.#parameters.operatorName)
      return known
    }
    const store = new SortedStore(metadata)
    this.#stores.set(metadata.name, store)
    return store
  }

  #createTable(types: StateTypes, context: KeyContext): SortedStateTable {
    const surroundings = { parameters: this.#parameters, context, newKeys: this.#newKeys }
    const restored = this.#restored.take(types)
    const table = new SortedStateTable(types, this.#storeOf(types.metadata), surroundings)
    const serializers = { key: structuredSerializer(), namespaces: types.namespaces }
    for (const block of [...(restored?.blocks.values() ?? [])].flat()) {
      visitEntries(block, serializers, (key, namespace, input) => {
        try {
          const value = input === undefined ? NO_ENTRY : (restored?.reader ?? types.serializer).deserialize(input)
          this.#load({ key, namespace, value }, table)
        } catch (error) {
          throw migrationFailed(error, { ...table.named, key })
        }
      })
    }
    return table
  }

  #load({ key, namespace, value }: StateEntry, table: SortedStateTable): void {
    const { store, types } = table
    const prefix = table.prefixOf(key, hashKey(key, this.#parameters.keyKind), namespace)
    for (const [entry] of store.startingWith(prefix)) store.delete(entry)
    if (typeof value === 'symbol') return
    if (types.metadata.kind !== 'map') {
      store.set(
        prefix,
        table.encoded((output) => {
          types.serializer.serialize(value, output)
        }),
      )
      return
    }
    const { keySerializer, valueSerializer, userKeys } = types.serializer as UserMapSerializer
    for (const [userKey, userValue] of (value as UserMap).entries()) {
      const bytes = table.encoded((output) => {
        keySerializer.serialize(userKey, output)
        valueSerializer.serialize(userValue, output)
      })
      store.set(prefix + userKeyText(userKey, userKeys), bytes)
    }
  }

  #assertIs(life: 'made' | 'open'): void {
    if (this.#life === life) return
    throw new FlinkError('ASSERTION_FAILED', { what: `a backend that was to be ${life} is ${this.#life}` })
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
