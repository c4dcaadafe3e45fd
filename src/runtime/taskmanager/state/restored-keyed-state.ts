// Duty: keyed state that came out of a snapshot and was not asked for yet, kept as bytes by state and key group.
// Invariants: only key groups of this subtask are kept. State that no descriptor ever asks for goes into the next
// snapshot unchanged. Each handle names its states in an order of its own.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { KeyGroupBytes } from '../../../storage/key-group-reader.js'
import type { KeyedStateHandle, StateMetadata } from '../../../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../../../storage/unreadable-state.js'
import { checkBackendFiles } from './asked-state.js'
import { blocksOf, readBlock, type KeyGroupBlock } from './key-group-block.js'
import type { KeyedStateReader } from './keyed-state-backend.js'
import { joinedMetadata } from './state-registration.js'
import type { StateTypes } from './state-table.js'

export interface RestoredState {
  readonly metadata: StateMetadata
  /** By key group: whole state and what changed after it, in this order. */
  readonly blocks: ReadonlyMap<number, readonly KeyGroupBlock[]>
  /** Of the keys of all states that came with it; undefined where it is not known. */
  readonly keyShapes: readonly string[] | undefined
  /** That it came from, for errors. */
  readonly files: ReadonlySet<string>
}

/** `reader`: of its values; undefined where the serializer of the state reads them. */
export type TakenState = RestoredState & { readonly reader: TypeSerializer<unknown> | undefined }

interface GrowingState {
  metadata: StateMetadata
  readonly blocks: Map<number, KeyGroupBlock[]>
  readonly files: Set<string>
  keyShapes: readonly string[] | undefined
}

export class RestoredKeyedState {
  readonly #operatorName: string
  readonly #keyGroups: KeyGroupRange
  readonly #states = new Map<string, GrowingState>()

  constructor(operatorName: string, keyGroups: KeyGroupRange) {
    this.#operatorName = operatorName
    this.#keyGroups = keyGroups
  }

  async add(handle: KeyedStateHandle, reader: KeyedStateReader): Promise<void> {
    checkBackendFiles(handle, 'hashmap', this.#operatorName)
    const states = handle.states.map((metadata) => this.#stateFor(metadata))
    const file = fileOfHandle(handle.handle)
    for (const state of states) {
      state.keyShapes = union(state.keyShapes, handle.keyShapes)
      state.files.add(file)
    }
    for await (const { keyGroup, bytes } of reader.keyGroups(handle, this.#keyGroups)) {
      try {
        this.#addKeyGroup(states, { keyGroup, bytes }, handle.isDelta)
      } catch (error) {
        const block = `key group ${String(keyGroup)} of ${this.#operatorName}`
        throw unreadableState(error, { files: [file], block })
      }
    }
  }

  /** What was restored of the state, to be decoded now with the reader; it is not kept here any longer. */
  take({ metadata, readerOf }: Pick<StateTypes, 'metadata' | 'readerOf'>): TakenState | undefined {
    const state = this.#states.get(metadata.name)
    if (state === undefined) return undefined
    const reader = readerOf(state.metadata)
    this.#states.delete(metadata.name)
    return { ...state, reader }
  }

  all(): RestoredState[] {
    return [...this.#states.values()]
  }

  #addKeyGroup(states: readonly GrowingState[], { keyGroup, bytes }: KeyGroupBytes, isDelta: boolean): void {
    const input = new DataInputView(bytes)
    for (const state of states) {
      const block = readBlock(input)
      if (block.entries.length > 0) this.#addBlock(state, keyGroup, block, isDelta)
    }
  }

  #stateFor(metadata: StateMetadata): GrowingState {
    const known = this.#states.get(metadata.name)
    if (known !== undefined) {
      known.metadata = joinedMetadata(known.metadata, metadata, this.#operatorName)
      return known
    }
    const state = { metadata, blocks: new Map<number, KeyGroupBlock[]>(), files: new Set<string>(), keyShapes: [] }
    this.#states.set(metadata.name, state)
    return state
  }

  #addBlock(state: GrowingState, keyGroup: number, block: KeyGroupBlock, isDelta: boolean): void {
    const known = state.blocks.get(keyGroup)
    if (known !== undefined && !isDelta) {
      throw new FlinkError('ASSERTION_FAILED', { what: 'it is restored twice' })
    }
    state.blocks.set(keyGroup, [...(known ?? []), ...blocksOf(block)])
  }
}

function union(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  return left === undefined || right === undefined ? undefined : [...new Set([...left, ...right])]
}
