/** A subtask with keyed state, restored from handles in files. */
import { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../../src/api/state/map-state.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../src/api/state/value-state.js'
import type { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../../src/core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../../src/core/keygroups/key-group-range.js'
import { NO_REGISTERED_TYPES } from '../../../../src/core/types/registered-types.js'
import type {
  KeyedStateBackend,
  KeyedStateReader,
} from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { LocalRecoveryConfig } from '../../../../src/runtime/taskmanager/state/local-recovery-config.js'
import { readKeyGroups } from '../../../../src/storage/key-group-reader.js'
import type { KeyedStateHandle } from '../../../../src/storage/state-handles.js'
import { readStateHandle, readStatePieces } from '../../../../src/storage/state-reader.js'
import { NO_TIME } from '../set-time.js'
import type { BackendUnderTest } from '../state-backend.contract.js'
import type { Change, KeyContents } from './keyed-contents.js'

export const MAX_PARALLELISM = 16

export interface KeyedTaskStart {
  readonly kind: BackendUnderTest
  readonly keyGroups: KeyGroupRange
  readonly handles: readonly KeyedStateHandle[]
  /** Of which they are, where a run goes on from it. */
  readonly checkpointId?: number | undefined
  readonly fileSystems: FileSystems
  readonly withList: boolean
  /** States are asked for in this order, or in the other one. */
  readonly isReversed?: boolean
  /** What the subtask keeps beside it. */
  readonly localRecovery?: LocalRecoveryConfig | undefined
}

interface TaskStates {
  readonly value: ValueState<unknown>
  readonly map: MapState<string, number>
  readonly list: ListState<number> | undefined
}

function statesOf(backend: KeyedStateBackend, withList: boolean, isReversed: boolean): TaskStates {
  const valueOf = (): ValueState<unknown> =>
    backend.getOrCreateKeyedState(new ValueStateDescriptor('value')) as ValueState<unknown>
  const mapOf = (): MapState<string, number> =>
    backend.getOrCreateKeyedState(new MapStateDescriptor<string, number>('map')) as MapState<string, number>
  const listOf = (): ListState<number> =>
    backend.getOrCreateKeyedState(new ListStateDescriptor<number>('list')) as ListState<number>
  const list = isReversed && withList ? listOf() : undefined
  const map = isReversed ? mapOf() : undefined
  return { value: valueOf(), map: map ?? mapOf(), list: list ?? (withList ? listOf() : undefined) }
}

export class KeyedTask {
  readonly backend: KeyedStateBackend
  readonly #keyGroups: KeyGroupRange
  readonly #states: TaskStates

  static async start({
    kind,
    keyGroups,
    handles,
    checkpointId,
    fileSystems,
    withList,
    isReversed = false,
    localRecovery,
  }: KeyedTaskStart): Promise<KeyedTask> {
    const parameters = {
      operatorName: 'Rounds',
      keyKind: 'auto',
      registeredTypes: NO_REGISTERED_TYPES,
      processingTime: NO_TIME,
    } as const
    const backend = kind.create({ ...parameters, keyGroups, maxParallelism: MAX_PARALLELISM, localRecovery })
    try {
      if (handles.length > 0) await backend.restore(handles, readerOf(fileSystems), checkpointId)
      else await backend.open()
      return new KeyedTask(backend, keyGroups, statesOf(backend, withList, isReversed))
    } catch (error) {
      await backend.dispose()
      throw error
    }
  }

  private constructor(backend: KeyedStateBackend, keyGroups: KeyGroupRange, states: TaskStates) {
    this.backend = backend
    this.#keyGroups = keyGroups
    this.#states = states
  }

  owns(key: string | number): boolean {
    const keyGroup = keyGroupForHash(hashKey(key, 'auto'), MAX_PARALLELISM)
    return keyGroup >= this.#keyGroups.start && keyGroup <= this.#keyGroups.end
  }

  change(change: Change): void {
    this.backend.setCurrentKey(change.key, hashKey(change.key, 'auto'))
    switch (change.kind) {
      case 'update':
        this.#states.value.update(change.value)
        break
      case 'clear value':
        this.#states.value.clear()
        break
      case 'put':
        this.#states.map.put(change.userKey, change.value)
        break
      case 'remove':
        this.#states.map.remove(change.userKey)
        break
      case 'clear map':
        this.#states.map.clear()
        break
      case 'add':
        this.#states.list?.add(change.element)
        break
      case 'clear list':
        this.#states.list?.clear()
        break
    }
    this.backend.clearCurrentKey()
  }

  contentsOf(key: string | number): KeyContents {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    const map = Object.fromEntries([...this.#states.map.entries()].sort(([one], [other]) => (one < other ? -1 : 1)))
    const contents = { value: this.#states.value.value(), map, list: [...(this.#states.list?.get() ?? [])] }
    this.backend.clearCurrentKey()
    return contents
  }
}

export function readerOf(fileSystems: FileSystems): KeyedStateReader {
  return {
    bytes: (handle) => readStateHandle(handle, fileSystems),
    pieces: (handle) => readStatePieces(handle, fileSystems),
    keyGroups: (handle, range) => readKeyGroups(handle, range, readStatePieces(handle.handle, fileSystems)),
  }
}
