// Duty: state of an operator subtask that belongs to no key: lists (split or union on restore) and broadcast maps.
// Invariants: the synchronous part of a snapshot serialises everything, so the bytes are a copy; this state is small
// (offsets, buffered elements, rules). What is restored stays bytes until it is asked for, and if nobody asks it goes into
// the next snapshot unchanged.
// Thread: the task worker that owns the operator.
import type { BroadcastState } from '../../../api/state/broadcast-state.js'
import type { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { MapStateDescriptor } from '../../../api/state/map-state-descriptor.js'
import type { OperatorStateStore } from '../../../api/state/operator-state-store.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from '../../../core/types/registered-types.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { OperatorStateHandle, StateMetadata } from '../../../storage/state-handles.js'
import { checkedDescriptor } from './checked-descriptor.js'
import { MapBroadcastState } from './map-broadcast-state.js'
import type { StateHandleReader } from './keyed-state-backend.js'
import { OperatorStateSnapshot } from './operator-state-snapshot.js'
import { PartitionableListState } from './partitionable-list-state.js'
import { restoredElements } from './restored-operator-state.js'
import { stateNotSerializable, stateNotStorable } from './state-not-serializable.js'
import { checkCompatible, metadataOf, serializerOf, userKeysOf } from './state-registration.js'

type OperatorStateKind = 'operator-list' | 'operator-union' | 'broadcast'

interface RegisteredState {
  readonly metadata: StateMetadata
  readonly state: PartitionableListState | MapBroadcastState
  readonly writeElements: (writeOne: (write: (output: DataOutputView) => void) => void) => void
}

export class OperatorStateBackend implements OperatorStateStore {
  readonly #operatorName: string
  readonly #registeredTypes: RegisteredTypes
  readonly #states = new Map<string, RegisteredState>()
  readonly #restored = new Map<string, { readonly metadata: StateMetadata; readonly elements: Uint8Array[] }>()

  constructor(operatorName: string, registeredTypes: RegisteredTypes = NO_REGISTERED_TYPES) {
    this.#operatorName = operatorName
    this.#registeredTypes = registeredTypes
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.#listState(checkedDescriptor(descriptor, 'list', this.#operatorName), 'operator-list') as ListState<T>
  }

  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.#listState(checkedDescriptor(descriptor, 'list', this.#operatorName), 'operator-union') as ListState<T>
  }

  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    return this.#broadcastState(checkedDescriptor(descriptor, 'map', this.#operatorName)) as BroadcastState<K, V>
  }

  async restore(handles: readonly OperatorStateHandle[], read: StateHandleReader): Promise<void> {
    for (const handle of handles) {
      const bytes = await read(handle.handle)
      for (const state of handle.states) this.#addRestored(state, restoredElements(state, bytes))
    }
  }

  /** The synchronous part: the bytes of everything. */
  snapshot(): OperatorStateSnapshot {
    const snapshot = new OperatorStateSnapshot()
    for (const { metadata, writeElements } of this.#states.values()) {
      snapshot.beginState(metadata)
      try {
        writeElements((write) => {
          snapshot.addElement(write)
        })
      } catch (error) {
        throw stateNotStorable(error, { state: metadata.name, operator: this.#operatorName })
      }
    }
    for (const { metadata, elements } of this.#restored.values()) {
      snapshot.beginState(metadata)
      for (const element of elements) {
        snapshot.addElement((output) => {
          output.writeBytes(element)
        })
      }
    }
    return snapshot
  }

  #listState(descriptor: ListStateDescriptor<unknown>, kind: OperatorStateKind): PartitionableListState {
    const metadata = operatorMetadata(descriptor, kind)
    const existing = this.#existing(metadata)
    if (existing instanceof PartitionableListState) return existing
    const serializer = serializerOf(descriptor.type, this.#registeredTypes)
    const state = new PartitionableListState({ state: metadata.name, operator: this.#operatorName })
    this.#readRestored(metadata, (input) => {
      state.add(serializer.deserialize(input))
    })
    this.#states.set(metadata.name, {
      metadata,
      state,
      writeElements: (writeOne) => {
        let index = 0
        for (const element of state.get()) {
          const step = `[${String(index)}]`
          writeOne((output) => {
            within(step, () => {
              serializer.serialize(element, output)
            })
          })
          index += 1
        }
      },
    })
    return state
  }

  #broadcastState(descriptor: MapStateDescriptor<unknown, unknown>): MapBroadcastState {
    const metadata = operatorMetadata(descriptor, 'broadcast')
    const existing = this.#existing(metadata)
    if (existing instanceof MapBroadcastState) return existing
    const keys: TypeSerializer<unknown> = serializerOf(descriptor.keyType, this.#registeredTypes)
    const values = serializerOf(descriptor.type, this.#registeredTypes)
    const state = new MapBroadcastState(userKeysOf(descriptor, this.#operatorName, this.#registeredTypes))
    this.#readRestored(metadata, (input) => {
      const key = keys.deserialize(input)
      state.put(key, values.deserialize(input))
    })
    this.#states.set(metadata.name, {
      metadata,
      state,
      writeElements: (writeOne) => {
        for (const [key, value] of state.entries()) {
          writeOne((output) => {
            keys.serialize(key, output)
            within(`get(${describeValue(key)})`, () => {
              values.serialize(value, output)
            })
          })
        }
      },
    })
    return state
  }

  #existing(metadata: StateMetadata): RegisteredState['state'] | undefined {
    const existing = this.#states.get(metadata.name)
    if (existing !== undefined) checkCompatible(existing.metadata, metadata, this.#operatorName)
    return existing?.state
  }

  #addRestored(metadata: StateMetadata, elements: readonly Uint8Array[]): void {
    const { name, kind, typeFingerprint, schemaVersion } = metadata
    const known = this.#restored.get(name)
    if (known === undefined) {
      this.#restored.set(name, { metadata: { name, kind, typeFingerprint, schemaVersion }, elements: [...elements] })
      return
    }
    checkCompatible(known.metadata, metadata, this.#operatorName)
    for (const element of elements) known.elements.push(element)
  }

  #readRestored(metadata: StateMetadata, read: (input: DataInputView) => void): void {
    try {
      for (const element of this.#takeRestored(metadata)) read(new DataInputView(element))
    } catch (error) {
      throw stateNotSerializable(error, metadata.name, this.#operatorName)
    }
  }

  #takeRestored(metadata: StateMetadata): readonly Uint8Array[] {
    const restored = this.#restored.get(metadata.name)
    if (restored === undefined) return []
    checkCompatible(restored.metadata, metadata, this.#operatorName)
    this.#restored.delete(metadata.name)
    return restored.elements
  }
}

/** A value that cannot be written is told with its place in the state. */
function within(step: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    throw ValueNotSerializableError.within(error, step)
  }
}

function operatorMetadata(descriptor: StateDescriptor<unknown>, kind: OperatorStateKind): StateMetadata {
  return { ...metadataOf(descriptor), kind }
}
