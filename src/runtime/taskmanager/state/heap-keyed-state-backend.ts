// Duty: keyed state as live JavaScript objects (`hashmap`): one StateTable a state, grouped by key group.
// Invariants: one name, one kind. Restored entries are decoded when their state is first asked for; the synchronous part
// of a snapshot costs a byte an entry (1,000,000 entries: see test/bench).
// Thread: the task worker that owns the operator.
import type { AggregatingStateDescriptor } from '../../../api/state/aggregating-state-descriptor.js'
import type { MapStateDescriptor } from '../../../api/state/map-state-descriptor.js'
import type { ReducingStateDescriptor } from '../../../api/state/reducing-state-descriptor.js'
import type { State } from '../../../api/state/state.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { hashKey, type KeyKind } from '../../../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import { KeyShapes } from '../../../core/keygroups/key-shapes.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { KeyedStateHandle } from '../../../storage/state-handles.js'
import { CheckpointChain, mayGrow, type ChainedCheckpoint } from './checkpoint-chain.js'
import { NO_ENTRY } from './entry-table.js'
import { HeapAggregatingState } from './heap-aggregating-state.js'
import { HeapKeyedStateSnapshot } from './heap-keyed-state-snapshot.js'
import { HeapListState } from './heap-list-state.js'
import { HeapMapState } from './heap-map-state.js'
import { HeapReducingState } from './heap-reducing-state.js'
import { HeapValueState } from './heap-value-state.js'
import { readEntries } from './key-group-block.js'
import { KeyContext } from './key-context.js'
import type {
  KeyedStateBackend,
  KeyedStateSnapshot,
  SnapshotIncrement,
  StateHandleReader,
} from './keyed-state-backend.js'
import { NewKeys } from './new-keys.js'
import { RestoredKeyedState, type RestoredState } from './restored-keyed-state.js'
import { checkCompatible, keyedValueSerializer, metadataOf, userKeysOf } from './state-registration.js'
import { stateNotSerializable } from './state-not-serializable.js'
import { StateTable } from './state-table.js'
import type { UserKeys } from './user-map.js'

export interface HeapKeyedStateBackendOptions {
  readonly operatorName: string
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  readonly maxParallelism: number
  /** The classes whose instances values may hold. */
  readonly registeredTypes?: RegisteredTypes
}

interface RegisteredState {
  readonly table: StateTable
  readonly state: State
}

export class HeapKeyedStateBackend implements KeyedStateBackend {
  readonly #options: HeapKeyedStateBackendOptions
  readonly #context = new KeyContext()
  readonly #registeredTypes: RegisteredTypes
  readonly #keySerializer: TypeSerializer<unknown> = structuredSerializer()
  readonly #states = new Map<string, RegisteredState>()
  readonly #restored: RestoredKeyedState
  /** What incremental checkpoints of this attempt may build on: the first one is whole. */
  readonly #chain = new CheckpointChain()
  readonly #newKeys: NewKeys
  /** The state whose memory is touched ahead: of several, which are rare, the first. */
  #firstTable: StateTable | undefined

  constructor(options: HeapKeyedStateBackendOptions) {
    this.#options = options
    this.#registeredTypes = options.registeredTypes ?? NO_REGISTERED_TYPES
    this.#newKeys = new NewKeys(options.operatorName, options.keyKind)
    this.#restored = new RestoredKeyedState(options.operatorName, options.keyGroups)
  }

  setCurrentKey(key: unknown, keyHash: number): void {
    this.#context.setKey(key, keyHash)
  }

  prefetch(keyHashes: readonly number[], start: number, end: number): void {
    const table = this.#firstTable
    if (table !== undefined) table.prefetch(keyHashes, start, end)
  }

  clearCurrentKey(): void {
    this.#context.clearKey()
  }

  currentKey(): unknown {
    return this.#context.key
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#context.setNamespace(namespace)
  }

  getOrCreateKeyedState(descriptor: StateDescriptor<unknown>): State {
    const metadata = metadataOf(descriptor)
    const existing = this.#states.get(descriptor.name)
    if (existing !== undefined) {
      checkCompatible(existing.table.metadata, metadata, this.#options.operatorName)
      return existing.state
    }
    const environment = { ...this.#options, newKeys: this.#newKeys, context: this.#context }
    const { operatorName } = this.#options
    const serializer = keyedValueSerializer(descriptor, operatorName, this.#registeredTypes)
    const table = new StateTable(metadata, serializer, environment)
    const restored = this.#restored.take(descriptor.name)
    const state = this.#explained(descriptor.name, () => {
      if (restored !== undefined) this.#load(restored, table)
      return this.#stateOf(descriptor, table)
    })
    this.#states.set(descriptor.name, { table, state })
    this.#firstTable ??= table
    return state
  }

  expectKeys(shapes: readonly string[]): void {
    this.#newKeys.expect(new KeyShapes(this.#options.keyKind, shapes))
  }

  async restore(handles: readonly KeyedStateHandle[], read: StateHandleReader): Promise<void> {
    for (const handle of handles) this.#restored.add(handle, await read(handle.handle))
  }

  snapshot(increment?: SnapshotIncrement): KeyedStateSnapshot {
    const tables = this.#tables()
    const { keyKind, keyGroups } = this.#options
    const states = { keyKind, keyGroups, keySerializer: this.#keySerializer, restored: this.#restored.all() }
    if (increment === undefined) return new HeapKeyedStateSnapshot({ ...states, tables, increment: undefined })
    const epoch = this.#chain.nextEpoch()
    const onWritten = (handles: readonly KeyedStateHandle[]): void => {
      this.#chain.written(increment.checkpointId, { epoch, handles })
    }
    const base = this.#baseOf(increment, tables)
    const snapshot = new HeapKeyedStateSnapshot({ ...states, tables, increment: { base, onWritten } })
    for (const table of tables) table.beginEpoch(epoch)
    return snapshot
  }

  /** What the snapshot is to build on; undefined when it is to be whole. */
  #baseOf({ baseCheckpointId }: SnapshotIncrement, tables: readonly StateTable[]): ChainedCheckpoint | undefined {
    const base = baseCheckpointId === undefined ? undefined : this.#chain.baseOf(baseCheckpointId)
    if (base === undefined) return undefined
    for (const table of tables) table.forgetChangesBefore(base.epoch)
    return mayGrow(base) && tables.every((table) => table.knowsChangesSince(base.epoch)) ? base : undefined
  }

  numberOfEntries(): number {
    return this.#tables().reduce((sum, table) => sum + table.size, 0)
  }

  dispose(): void {
    this.#states.clear()
    this.#context.clearKey()
  }

  #tables(): StateTable[] {
    return [...this.#states.values()].map(({ table }) => table)
  }

  #explained<T>(state: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw stateNotSerializable(error, state, this.#options.operatorName)
    }
  }

  #load(restored: RestoredState, table: StateTable): void {
    checkCompatible(restored.metadata, table.metadata, this.#options.operatorName)
    const serializers = { key: this.#keySerializer, value: table.serializer }
    for (const [keyGroup, blocks] of restored.blocks) {
      for (const [index, block] of blocks.entries()) {
        for (const entry of readEntries(block, serializers)) {
          const hash = this.#hashWithin(keyGroup, entry.key, table.metadata.name)
          if (index === 0 && entry.value !== NO_ENTRY) table.load(entry, hash)
          else if (entry.value === NO_ENTRY) table.loadRemoved(entry.key, entry.namespace, hash)
          else table.loadChanged(entry, hash)
        }
      }
    }
  }

  #hashWithin(keyGroup: number, key: unknown, state: string): number {
    const { operatorName: operator, keyKind, maxParallelism } = this.#options
    const hash = hashKey(key, keyKind)
    if (keyGroupForHash(hash, maxParallelism) === keyGroup) return hash
    const reason = `a key of key group ${String(keyGroup)} now hashes to another one: was the type of the key changed?`
    throw new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator, reason })
  }

  #stateOf(descriptor: StateDescriptor<unknown>, table: StateTable): State {
    const registered = this.#registeredTypes
    switch (descriptor.kind) {
      case 'value':
        return new HeapValueState(table, (descriptor as ValueStateDescriptor<unknown>).getDefaultValue(registered))
      case 'list':
        return new HeapListState(table)
      case 'reducing':
        return new HeapReducingState(table, (descriptor as ReducingStateDescriptor<unknown>).reduceFunction)
      case 'aggregating': {
        const { aggregateFunction } = descriptor as AggregatingStateDescriptor<unknown, unknown, unknown>
        return new HeapAggregatingState(table, aggregateFunction)
      }
      case 'map':
        return new HeapMapState(table, this.#userKeysOf(descriptor as MapStateDescriptor<unknown, unknown>))
    }
  }

  #userKeysOf(descriptor: MapStateDescriptor<unknown, unknown>): UserKeys {
    return userKeysOf(descriptor, this.#options.operatorName, this.#registeredTypes)
  }
}
