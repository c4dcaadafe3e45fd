// Duty: writes what changed in some epochs of a store's version, in the form that every backend reads.
// Invariants: an entry that changed is written as it is in the version, whatever happened to it before; one that is not there
// is named as removed. One block is in memory at a time.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { CheckpointOutputStream } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata } from '../../../../storage/state-handles.js'
import { EMPTY_BLOCK, type KeyGroupBlock } from '../key-group-block.js'
import { KeyGroupStream } from '../key-group-stream.js'
import type { TimeSlices } from '../time-slices.js'
import { ChangedPrefixes } from './change-notes.js'
import { entriesOf } from './cursor-entries.js'
import { EntryEncoder } from './entry-encoder.js'
import { readStatePrefix } from './entry-key.js'
import type { StoreVersion } from './store-description.js'

/** Read together: of what is neither map nor list there is one. */
const MOST_AT_ONCE: Partial<Record<StateMetadata['kind'], number>> = { map: 1024, list: 16 }

export interface ChangedEpochs {
  readonly first: number
  readonly last: number
  /** More than these are not worth to be written apart. */
  readonly mostEntries: number
}

export type WrittenChanges = { readonly delta: KeyedStateHandle | undefined } | 'TOO_MANY'

export class ChangedState {
  readonly #version: StoreVersion
  readonly #mostEntries: number
  readonly #changed: ChangedPrefixes
  readonly #encoder: EntryEncoder
  #count = 0

  constructor(version: StoreVersion, epochs: ChangedEpochs) {
    this.#version = version
    this.#mostEntries = epochs.mostEntries
    this.#changed = new ChangedPrefixes(version.view, epochs)
    this.#encoder = new EntryEncoder(version.keyKind)
  }

  /** No delta where nothing changed. The stream is closed, or removed where it fails or there are too many. */
  async write(stream: CheckpointOutputStream, slices: TimeSlices): Promise<WrittenChanges> {
    try {
      const offsets = await this.#writeKeyGroups(stream, slices)
      if (offsets === undefined) {
        await stream.abort()
        return 'TOO_MANY'
      }
      const handle = await stream.closeAndGetHandle()
      if (handle === undefined) return { delta: undefined }
      const { keyGroups, states } = this.#version
      return { delta: { isDelta: true, keyGroups, offsets, states, keyShapes: this.#encoder.shapes(), handle } }
    } catch (error) {
      await stream.abort()
      throw error
    } finally {
      this.#changed.close()
    }
  }

  /** Their offsets; undefined where there are too many entries. */
  async #writeKeyGroups(stream: CheckpointOutputStream, slices: TimeSlices): Promise<readonly number[] | undefined> {
    const { keyGroups, states } = this.#version
    const output = new KeyGroupStream(stream)
    for (let keyGroup = keyGroups.start; keyGroup <= keyGroups.end; keyGroup += 1) {
      const blocks: KeyGroupBlock[] = states.map(() => EMPTY_BLOCK)
      for (const [state, metadata] of states.entries()) {
        await this.#addChanged({ keyGroup, state }, metadata, slices)
        blocks[state] = this.#encoder.takeBlock(metadata)
        if (this.#count > this.#mostEntries) return undefined
      }
      await output.write(blocks)
    }
    return output.finish()
  }

  async #addChanged(
    { keyGroup, state }: { readonly keyGroup: number; readonly state: number },
    metadata: StateMetadata,
    slices: TimeSlices,
  ): Promise<void> {
    for (let prefix = this.#changed.peek(); prefix !== undefined; prefix = this.#changed.peek()) {
      const place = readStatePrefix(new DataInputView(prefix))
      if (place.keyGroup !== keyGroup || place.state !== state || this.#count > this.#mostEntries) return
      this.#addEntry(prefix, metadata)
      this.#count += 1
      this.#changed.skip()
      if (slices.step()) await slices.next()
    }
  }

  #addEntry(prefix: Uint8Array, metadata: StateMetadata): void {
    let isThere = false
    for (const entry of entriesOf(this.#version.view.range(prefix), MOST_AT_ONCE[metadata.kind] ?? 1)) {
      this.#encoder.add(entry, metadata)
      isThere = true
    }
    if (!isThere) this.#encoder.addRemoved(prefix)
  }
}
