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
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { KeyedStateHandle } from '../../../storage/state-handles.js'
import { HeapAggregatingState } from './heap-aggregating-state.js'
import { HeapKeyedStateSnapshot } from './heap-keyed-state-snapshot.js'
import { HeapListState } from './heap-list-state.js'
import { HeapMapState } from './heap-map-state.js'
import { HeapReducingState } from './heap-reducing-state.js'
import { HeapValueState } from './heap-value-state.js'
import { readEntries } from './key-group-block.js'
import { KeyContext } from './key-context.js'
import type { KeyedStateBackend, KeyedStateSnapshot, StateHandleReader } from './keyed-state-backend.js'
import { RestoredKeyedState, type RestoredState } from './restored-keyed-state.js'
import { checkCompatible, keyedValueSerializer, mapKeyKind, metadataOf } from './state-registration.js'
import { StateTable } from './state-table.js'

export interface HeapKeyedStateBackendOptions {
  readonly operatorName: string
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  readonly maxParallelism: number
}

interface RegisteredState {
  readonly table: StateTable
  readonly state: State
}

export class HeapKeyedStateBackend implements KeyedStateBackend {
  readonly #options: HeapKeyedStateBackendOptions
  readonly #context = new KeyContext()
  readonly #keySerializer: TypeSerializer<unknown> = structuredSerializer()
  readonly #states = new Map<string, RegisteredState>()
  readonly #restored: RestoredKeyedState
  /** The state whose memory is touched ahead: of several, which are rare, the first. */
  #firstTable: StateTable | undefined

  constructor(options: HeapKeyedStateBackendOptions) {
    this.#options = options
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
    const environment = { ...this.#options, context: this.#context }
    const table = new StateTable(metadata, keyedValueSerializer(descriptor), environment)
    const restored = this.#restored.take(descriptor.name)
    if (restored !== undefined) this.#load(restored, table)
    const state = stateOf(descriptor, table)
    this.#states.set(descriptor.name, { table, state })
    this.#firstTable ??= table
    return state
  }

  async restore(handles: readonly KeyedStateHandle[], read: StateHandleReader): Promise<void> {
    for (const handle of handles) this.#restored.add(handle, await read(handle.handle))
  }

  snapshot(): KeyedStateSnapshot {
    return new HeapKeyedStateSnapshot({
      operatorName: this.#options.operatorName,
      keyGroups: this.#options.keyGroups,
      keySerializer: this.#keySerializer,
      tables: this.#tables(),
      restored: this.#restored.all(),
    })
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

  #load(restored: RestoredState, table: StateTable): void {
    const { operatorName, keyKind, maxParallelism } = this.#options
    checkCompatible(restored.metadata, table.metadata, operatorName)
    const serializers = { key: this.#keySerializer, value: table.serializer }
    for (const [keyGroup, block] of restored.blocks) {
      for (const entry of readEntries(block, serializers)) {
        const hash = hashKey(entry.key, keyKind)
        if (keyGroupForHash(hash, maxParallelism) !== keyGroup) {
          const reason = `a key of key group ${String(keyGroup)} now hashes to another one: was the type of the key changed?`
          throw new FlinkError('STATE_TYPE_INCOMPATIBLE', {
            state: table.metadata.name,
            operator: operatorName,
            reason,
          })
        }
        table.load(entry, hash)
      }
    }
  }
}

function stateOf(descriptor: StateDescriptor<unknown>, table: StateTable): State {
  switch (descriptor.kind) {
    case 'value':
      return new HeapValueState(table, (descriptor as ValueStateDescriptor<unknown>).getDefaultValue())
    case 'list':
      return new HeapListState(table)
    case 'reducing':
      return new HeapReducingState(table, (descriptor as ReducingStateDescriptor<unknown>).reduceFunction)
    case 'aggregating': {
      const { aggregateFunction } = descriptor as AggregatingStateDescriptor<unknown, unknown, unknown>
      return new HeapAggregatingState(table, aggregateFunction)
    }
    case 'map':
      return new HeapMapState(table, mapKeyKind(descriptor as MapStateDescriptor<unknown, unknown>))
  }
}
