// Duty: restored state in the form that every backend reads, kept in the store as the blocks that it came in until it is
// asked for, and made into entries then.
// Invariants: only key groups of this subtask are kept. Of a state and key group whole state comes first and what changed
// after it, in this order. A key group of what is read is in memory at a time. What is read back was verified when it came.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { structuredSerializer } from '../../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { KeyGroupBytes } from '../../../../storage/key-group-reader.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../../../../storage/unreadable-state.js'
import { blocksOf, readBlock, visitEntries, writeBlock, type KeyGroupBlock } from '../key-group-block.js'
import type { KeyedStateReader } from '../keyed-state-backend.js'
import { restoredKeyHash } from '../restored-key-hash.js'
import { migrationFailed } from '../schema/value-migration-error.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import type { StateTypes } from '../state-table.js'
import { leftInSnapshots } from '../ttl/without-expired.js'
import { entriesOf } from './cursor-entries.js'
import { EntryEncoder } from './entry-encoder.js'
import { statePrefix } from './entry-key.js'
import type { KvBatch, KvStore } from './kv-store.js'
import type { KeyCounts } from './key-counts.js'
import { PrefixEncoder } from './prefix-encoder.js'
import { decodeRestoredBlockKey, restoredBlockKey, restoredStatePrefix } from './reserved-keys.js'
import { RestoredEntries } from './restored-entries.js'
import type { StoredForm } from './stored-form.js'
import type { StoredStates } from './stored-states.js'

/** Written at once. */
export const BATCH_BYTES = 1_048_576
/** In memory at once beside the block that they come from; more of a key group are sorted in parts. */
const SORTED_BYTES = 8 * 1_048_576

/** The place of the next block, by key group. */
type NextPlaces = Map<number, number>

interface WaitingState {
  readonly places: NextPlaces
  /** That it came from, for errors. */
  readonly files: Set<string>
}

export interface LoadedState {
  readonly types: StateTypes
  readonly form: StoredForm
  /** Of values that the serializer of the state does not read. */
  readonly reader: TypeSerializer<unknown> | undefined
}

export class RestoredBlocks {
  readonly #store: KvStore
  readonly #parameters: KeyedStateBackendParameters
  readonly #keyCounts: KeyCounts
  readonly #keySerializer = structuredSerializer()
  readonly #batch: KvBatch
  readonly #entries = new RestoredEntries()
  #numberOfEntries = 0
  readonly #waiting = new Map<number, WaitingState>()

  constructor(store: KvStore, parameters: KeyedStateBackendParameters, keyCounts: KeyCounts) {
    this.#store = store
    this.#parameters = parameters
    this.#keyCounts = keyCounts
    this.#batch = store.newBatch()
  }

  /** Of all blocks that were added; what changed several times counts as often. */
  get numberOfEntries(): number {
    return this.#numberOfEntries
  }

  /** The states, by their ids, that nobody has asked for. */
  waiting(): ReadonlySet<number> {
    return new Set(this.#waiting.keys())
  }

  /** They lie in the store, with the files that were placed there. */
  found(states: Iterable<number>, file: string): void {
    for (const state of states) this.#waitingState(state).files.add(file)
  }

  async add(handle: KeyedStateHandle, reader: KeyedStateReader, states: StoredStates): Promise<void> {
    const ids = handle.states.map((metadata) => states.restored(metadata))
    const file = fileOfHandle(handle.handle)
    for await (const keyGroup of reader.keyGroups(handle, this.#parameters.keyGroups)) {
      try {
        this.#addKeyGroup(ids, keyGroup, { file, isDelta: handle.isDelta })
      } catch (error) {
        const block = `key group ${String(keyGroup.keyGroup)} of ${this.#parameters.operatorName}`
        throw unreadableState(error, { files: [file], block })
      }
    }
    this.#store.write(this.#batch)
  }

  /**
   * Makes entries of what was restored of the state, if anything was. With a reader those that came as such, in files, are made
   * anew, too.
   */
  load(state: number, loaded: LoadedState): void {
    if (loaded.reader !== undefined) this.#makeAnew(state, loaded)
    this.#loadWaiting(state, loaded)
  }

  #loadWaiting(state: number, loaded: LoadedState): void {
    const { types } = loaded
    const waiting = this.#waiting.get(state)
    if (waiting === undefined) return
    for (const { key, value } of entriesOf(this.#store.range(restoredStatePrefix(state)), 1)) {
      const { keyGroup, place } = decodeRestoredBlockKey(key)
      try {
        const block = readBlock(new DataInputView(value))
        this.#loadBlock(block, { state, keyGroup, isFirst: place === 0 }, loaded)
      } catch (error) {
        const name = `state ${types.metadata.name} of ${this.#parameters.operatorName}`
        throw unreadableState(error, { files: waiting.files, block: `${name} in key group ${String(keyGroup)}` })
      }
      this.#batch.delete(key)
    }
    this.#store.write(this.#batch)
    this.#waiting.delete(state)
  }

  /** As a savepoint would have them and a restore would make them of it: a key group at a time is in memory. */
  #makeAnew(state: number, loaded: LoadedState): void {
    const { keyGroups, keyKind } = this.#parameters
    const encoder = new EntryEncoder(keyKind)
    for (let keyGroup = keyGroups.start; keyGroup <= keyGroups.end; keyGroup += 1) {
      for (const entry of entriesOf(this.#store.range(statePrefix(keyGroup, state)))) {
        encoder.add(entry, loaded.types.metadata)
        this.#batch.delete(entry.key)
        this.#writeFullBatch()
      }
      const block = encoder.takeBlock(loaded.types.metadata)
      if (block.entries.length > 0) this.#loadBlock(block, { state, keyGroup, isFirst: true }, loaded)
      this.#store.write(this.#batch)
    }
  }

  #addKeyGroup(
    ids: readonly number[],
    { keyGroup, bytes }: KeyGroupBytes,
    { file, isDelta }: { readonly file: string; readonly isDelta: boolean },
  ): void {
    const input = new DataInputView(bytes)
    for (const state of ids) {
      const block = readBlock(input)
      if (block.entries.length === 0) continue
      const { places, files } = this.#waitingState(state)
      if (places.has(keyGroup) && !isDelta) throw new FlinkError('ASSERTION_FAILED', { what: 'it is restored twice' })
      files.add(file)
      for (const each of blocksOf(block)) this.#addBlock(each, { state, keyGroup, places })
    }
  }

  #addBlock(
    block: KeyGroupBlock,
    { state, keyGroup, places }: { readonly state: number; readonly keyGroup: number; readonly places: NextPlaces },
  ): void {
    const place = places.get(keyGroup) ?? 0
    places.set(keyGroup, place + 1)
    this.#numberOfEntries += block.count
    this.#keyCounts.add(state, block.count)
    const output = new DataOutputView(block.entries.length + 16)
    writeBlock(block, output)
    this.#batch.put(restoredBlockKey({ state, keyGroup, place }), output.written())
    this.#writeFullBatch()
  }

  #loadBlock(
    block: KeyGroupBlock,
    { state, keyGroup, isFirst }: { readonly state: number; readonly keyGroup: number; readonly isFirst: boolean },
    { types, form, reader }: LoadedState,
  ): void {
    const { metadata, namespaces } = types
    const { keyKind, maxParallelism } = this.#parameters
    const living = livingValues(types, reader)
    const encoder = new PrefixEncoder({ keyKind, maxParallelism, stateId: state, namespaces })
    visitEntries(block, { key: this.#keySerializer, namespaces }, (key, namespace, value) => {
      const hash = restoredKeyHash({ key, keyGroup, state: metadata.name }, this.#parameters)
      const prefix = encoder.encode(key, hash, namespace)
      if (!isFirst && (value === undefined || !form.isOneEntry)) this.#removeOlder(prefix, form)
      if (value === undefined) return
      try {
        const left = living === undefined ? value : living(value)
        if (left === undefined) return
        form.restore(prefix, left, this.#entries, living === undefined ? reader : undefined)
      } catch (error) {
        throw migrationFailed(error, { state: metadata.name, operator: this.#parameters.operatorName, key })
      }
      if (this.#entries.sizeBytes >= SORTED_BYTES) this.#writeEntries()
    })
    this.#writeEntries()
  }

  #writeEntries(): void {
    this.#entries.takeSorted((key, value) => {
      this.#batch.put(key, value)
      this.#writeFullBatch()
    })
  }

  /** Of a value that is several entries all must go, and the store has to know them. */
  #removeOlder(prefix: Uint8Array, form: StoredForm): void {
    if (!form.isOneEntry && this.#batch.sizeBytes > 0) this.#store.write(this.#batch)
    form.remove(prefix, this.#batch)
  }

  #writeFullBatch(): void {
    if (this.#batch.sizeBytes >= BATCH_BYTES) this.#store.write(this.#batch)
  }

  #waitingState(state: number): WaitingState {
    const known = this.#waiting.get(state)
    if (known !== undefined) return known
    const waiting = { places: new Map<number, number>(), files: new Set<string>() }
    this.#waiting.set(state, waiting)
    return waiting
  }
}

/**
 * What is left of values of which a restore leaves out what has expired, as the serializer of the state writes it: valid until the next
 * call, undefined where nothing is left, and the input goes on. Undefined for a state of which everything is there.
 */
function livingValues(
  types: StateTypes,
  reader: TypeSerializer<unknown> = types.serializer,
): ((input: DataInputView) => DataInputView | undefined) | undefined {
  const leftOf = leftInSnapshots(types)
  if (leftOf === undefined) return undefined
  const output = new DataOutputView()
  return (input) => {
    const value = leftOf(reader.deserialize(input))
    if (value === undefined) return undefined
    output.reset()
    types.serializer.serialize(value, output)
    return new DataInputView(output.written())
  }
}
