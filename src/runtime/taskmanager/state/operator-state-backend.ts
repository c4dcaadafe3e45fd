// Duty: state of an operator subtask that belongs to no key: lists (split or union on restore) and broadcast maps.
// Invariants: the synchronous part of a snapshot serialises everything, so the bytes are a copy; this state is small
// (offsets, buffered elements, rules). What is restored stays bytes until it is asked for, and if nobody asks it goes into
// the next snapshot unchanged; of a union list, which every subtask holds whole then, in that of the first one alone.
// Thread: the task worker that owns the operator.
import type { BroadcastState } from '../../../api/state/broadcast-state.js'
import type { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { MapStateDescriptor } from '../../../api/state/map-state-descriptor.js'
import type { OperatorStateStore } from '../../../api/state/operator-state-store.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from '../../../core/types/registered-types.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { OperatorStateHandle, StateMetadata } from '../../../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../../../storage/unreadable-state.js'
import type { AskedStateListener } from './asked-state.js'
import { checkedDescriptor, checkWithoutTtl } from './checked-descriptor.js'
import { MapBroadcastState } from './map-broadcast-state.js'
import type { StateHandleReader } from './keyed-state-backend.js'
import { OperatorStateSnapshot } from './operator-state-snapshot.js'
import { PartitionableListState } from './partitionable-list-state.js'
import { restoredElements } from './restored-operator-state.js'
import { stateNotSerializable, stateNotStorable } from './state-not-serializable.js'
import { StateValidator } from './schema/state-validator.js'
import { ValidatedBroadcastState } from './schema/validated-broadcast-state.js'
import { ValidatedListState } from './schema/validated-list-state.js'
import { migrationFailed } from './schema/value-migration-error.js'
import {
  checkSameState,
  checkSameStored,
  joinedMetadata,
  metadataOf,
  restoredReader,
  serializerOf,
  userKeysOf,
} from './state-registration.js'
import { UserMapSerializer } from './user-map-serializer.js'

type OperatorStateKind = 'operator-list' | 'operator-union' | 'broadcast'

interface RegisteredState {
  readonly metadata: StateMetadata
  readonly state: PartitionableListState | MapBroadcastState
  /** What the operator is given: the state, or one that validates before it. */
  readonly given: ListState<unknown> | BroadcastState<unknown, unknown>
  readonly writeElements: (writeOne: (write: (output: DataOutputView) => void) => void) => void
}

/** Not asked for yet. */
interface RestoredList {
  metadata: StateMetadata
  readonly elements: Uint8Array[]
  /** For errors. */
  readonly files: Set<string>
}

export class OperatorStateBackend implements OperatorStateStore {
  readonly #operatorName: string
  readonly #registeredTypes: RegisteredTypes
  readonly #subtaskIndex: number
  readonly #onStateAsked: AskedStateListener | undefined
  readonly #states = new Map<string, RegisteredState>()
  readonly #restored = new Map<string, RestoredList>()
  #isClosed = false

  constructor(
    operatorName: string,
    registeredTypes: RegisteredTypes = NO_REGISTERED_TYPES,
    subtaskIndex = 0,
    onStateAsked?: AskedStateListener,
  ) {
    this.#operatorName = operatorName
    this.#registeredTypes = registeredTypes
    this.#subtaskIndex = subtaskIndex
    this.#onStateAsked = onStateAsked
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
      for (const state of handle.states) {
        const { elements, files } = this.#restoredList(state)
        files.add(fileOfHandle(handle.handle))
        for (const element of restoredElements(state, bytes)) elements.push(element)
      }
    }
  }

  /** For an operator that reads its restored elements itself: they must be of the type that it reads. */
  checkCompatible(restored: StateMetadata, requested: StateMetadata): void {
    checkSameStored(restored, requested, this.#operatorName)
  }

  /** What is told where an element of the state cannot be read. */
  unreadable(error: unknown, state: string): unknown {
    return stateNotSerializable(error, state, this.#operatorName)
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
      // Else there would be as many of each as subtasks, and after the next restore again.
      if (metadata.kind === 'operator-union' && this.#subtaskIndex > 0) continue
      snapshot.beginState(metadata)
      for (const element of elements) {
        snapshot.addElement((output) => {
          output.writeBytes(element)
        })
      }
    }
    return snapshot
  }

  /** Nothing may be asked for any more. */
  close(): void {
    this.#isClosed = true
    this.#states.clear()
    this.#restored.clear()
  }

  #listState(descriptor: ListStateDescriptor<unknown>, kind: OperatorStateKind): ListState<unknown> {
    checkWithoutTtl(descriptor, this.#operatorName)
    const metadata = operatorMetadata(descriptor, kind)
    const existing = this.#existing(metadata)
    if (existing?.state instanceof PartitionableListState) return existing.given as ListState<unknown>
    const serializer = serializerOf(descriptor.type, this.#registeredTypes)
    const state = new PartitionableListState({ state: metadata.name, operator: this.#operatorName })
    this.#readRestored(metadata, descriptor, (input, reader = serializer) => {
      state.add(reader.deserialize(input))
    })
    const validator = this.#validatorOf(descriptor)
    const given = validator === undefined ? state : new ValidatedListState(state, validator)
    this.#states.set(metadata.name, {
      metadata,
      state,
      given,
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
    return given
  }

  #broadcastState(descriptor: MapStateDescriptor<unknown, unknown>): BroadcastState<unknown, unknown> {
    checkWithoutTtl(descriptor, this.#operatorName)
    const metadata = operatorMetadata(descriptor, 'broadcast')
    const existing = this.#existing(metadata)
    if (existing?.state instanceof MapBroadcastState) return existing.given as BroadcastState<unknown, unknown>
    const keys: TypeSerializer<unknown> = serializerOf(descriptor.keyType, this.#registeredTypes)
    const values = serializerOf(descriptor.type, this.#registeredTypes)
    const state = new MapBroadcastState(userKeysOf(descriptor, this.#operatorName, this.#registeredTypes))
    this.#readRestored(metadata, descriptor, (input, reader) => {
      const key = keys.deserialize(input)
      state.put(key, (reader instanceof UserMapSerializer ? reader.valueSerializer : values).deserialize(input))
    })
    const validator = this.#validatorOf(descriptor)
    const given = validator === undefined ? state : new ValidatedBroadcastState(state, validator)
    this.#states.set(metadata.name, {
      metadata,
      state,
      given,
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
    return given
  }

  #validatorOf({ name: state, schema }: StateDescriptor<unknown>): StateValidator | undefined {
    if (schema.validate === undefined) return undefined
    return new StateValidator(schema.validate, { state, operator: this.#operatorName })
  }

  #existing(metadata: StateMetadata): RegisteredState | undefined {
    const { name: state } = metadata
    if (this.#isClosed) throw new FlinkError('STATE_ASKED_AFTER_CLOSE', { operator: this.#operatorName, state })
    const existing = this.#states.get(state)
    if (existing !== undefined) checkSameState(existing.metadata, metadata, this.#operatorName)
    return existing
  }

  #restoredList(metadata: StateMetadata): RestoredList {
    const { name, kind, typeFingerprint, schemaVersion } = metadata
    const known = this.#restored.get(name)
    if (known !== undefined) {
      known.metadata = joinedMetadata(known.metadata, metadata, this.#operatorName)
      return known
    }
    const list = { metadata: { name, kind, typeFingerprint, schemaVersion }, elements: [], files: new Set<string>() }
    this.#restored.set(name, list)
    return list
  }

  /** `read` is given what reads the values, where the serializer of the state does not. */
  #readRestored(
    metadata: StateMetadata,
    descriptor: StateDescriptor<unknown>,
    read: (input: DataInputView, reader: TypeSerializer<unknown> | undefined) => void,
  ): void {
    const { name: state } = metadata
    const operator = this.#operatorName
    const asked = { descriptor, operator, registered: this.#registeredTypes, nowMs: () => 0 }
    const readerOf = (stored: StateMetadata): TypeSerializer<unknown> | undefined =>
      restoredReader(stored, metadata, asked)
    this.#onStateAsked?.({ metadata, check: readerOf })
    const restored = this.#restored.get(state)
    if (restored === undefined) return
    const reader = readerOf(restored.metadata)
    this.#restored.delete(state)
    try {
      for (const element of restored.elements) read(new DataInputView(element), reader)
    } catch (error) {
      const block = `elements of state ${state} of ${operator}`
      const unreadable = unreadableState(error, { files: restored.files, block })
      throw stateNotSerializable(migrationFailed(unreadable, { state, operator }), state, operator)
    }
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
  const name = descriptor.getQueryableStateName?.() ?? undefined
  if (name !== undefined) {
    const reason = 'it is state of the operator and not of a key. Only keyed state can be asked about'
    throw new FlinkError('QUERYABLE_STATE_INVALID', { state: descriptor.name, name: describeValue(name), reason })
  }
  return { ...metadataOf(descriptor), kind }
}
