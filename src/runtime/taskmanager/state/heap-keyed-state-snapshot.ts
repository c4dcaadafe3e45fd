// Duty: writes one version of a heap backend, key group by key group, while records go on changing the living state.
// Invariants: what is written is exactly what was there when the snapshot began. A key group's entries are collected in
// one go (references only), then serialised in slices; their values stay unchanged until `release`, because the tables
// copy before they let anybody change a value of this version. One stream; offsets count from its start.
// Thread: the task worker that owns the backend.
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { CheckpointOutputStream, CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata } from '../../../storage/state-handles.js'
import { blockFlags, EMPTY_BLOCK, writeBlock, writeEntry, type KeyGroupBlock } from './key-group-block.js'
import type { KeyedStateSnapshot } from './keyed-state-backend.js'
import type { RestoredState } from './restored-keyed-state.js'
import { stateNotSerializable } from './state-not-serializable.js'
import type { StateTable } from './state-table.js'
import type { TimeSlices } from './time-slices.js'

/** The registered states and the restored ones that nobody asked for, as they were when the snapshot began. */
export interface SnapshotContents {
  readonly operatorName: string
  readonly version: number
  readonly keyGroups: KeyGroupRange
  readonly keySerializer: TypeSerializer<unknown>
  readonly tables: readonly StateTable[]
  readonly restored: readonly RestoredState[]
  readonly release: () => void
}

const WRITE_CHUNK_BYTES = 64 * 1024

export class HeapKeyedStateSnapshot implements KeyedStateSnapshot {
  readonly #contents: SnapshotContents
  readonly #scratch = new DataOutputView()
  readonly #chunk = new DataOutputView(WRITE_CHUNK_BYTES * 2)
  #written = 0

  constructor(contents: SnapshotContents) {
    this.#contents = contents
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<KeyedStateHandle | undefined> {
    const { tables, restored } = this.#contents
    if (tables.length + restored.length === 0) return undefined
    const stream = await streams.createStream()
    try {
      const offsets = await this.#writeKeyGroups(stream, slices)
      const handle = await stream.closeAndGetHandle()
      if (handle === undefined) return undefined
      const states: StateMetadata[] = [...tables, ...restored].map(({ metadata }) => metadata)
      return { keyGroups: this.#contents.keyGroups, offsets, states, handle }
    } catch (error) {
      await stream.abort()
      throw error
    }
  }

  release(): void {
    this.#contents.release()
  }

  async #writeKeyGroups(stream: CheckpointOutputStream, slices: TimeSlices): Promise<number[]> {
    const { start, end } = this.#contents.keyGroups
    const offsets: number[] = []
    for (let keyGroup = start; keyGroup <= end; keyGroup += 1) {
      offsets.push(this.#written + this.#chunk.position)
      await this.#writeKeyGroup(keyGroup, slices)
      if (this.#chunk.position >= WRITE_CHUNK_BYTES) await this.#flush(stream)
    }
    await this.#flush(stream)
    offsets.push(this.#written)
    return offsets
  }

  async #writeKeyGroup(keyGroup: number, slices: TimeSlices): Promise<void> {
    if (slices.step()) await slices.next()
    const blocks: KeyGroupBlock[] = []
    for (const table of this.#contents.tables) blocks.push(await this.#encodeTable(table, keyGroup, slices))
    for (const { blocks: restored } of this.#contents.restored) blocks.push(restored.get(keyGroup) ?? EMPTY_BLOCK)
    if (blocks.every(({ count }) => count === 0)) return
    for (const block of blocks) writeBlock(block, this.#chunk)
  }

  async #encodeTable(table: StateTable, keyGroup: number, slices: TimeSlices): Promise<KeyGroupBlock> {
    const entries = table.visibleAt(this.#contents.version, keyGroup)
    if (entries.length === 0) return EMPTY_BLOCK
    const flags = blockFlags(entries)
    const serializers = { key: this.#contents.keySerializer, value: table.serializer }
    this.#scratch.reset()
    for (const entry of entries) {
      try {
        writeEntry(entry, flags, serializers, this.#scratch)
      } catch (error) {
        throw stateNotSerializable(error, table.metadata.name, this.#contents.operatorName)
      }
      if (slices.step()) await slices.next()
    }
    return { flags, count: entries.length, entries: this.#scratch.toBytes() }
  }

  async #flush(stream: CheckpointOutputStream): Promise<void> {
    if (this.#chunk.position === 0) return
    const bytes = this.#chunk.view()
    await stream.write(bytes)
    this.#written += bytes.length
    this.#chunk.reset()
  }
}
