// Duty: writes the states of a heap backend as they were when the snapshot began, key group by key group, while records
// go on changing the living ones.
// Invariants: what is written is exactly what was there (table-snapshot.ts). Everything that takes time is cut into
// slices: putting the positions in the order of their key groups, and serialising entries. One stream; offsets count from
// its start.
// Thread: the task worker that owns the backend.
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { KeyGroupRange } from '../../../core/keygroups/key-group-range.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { CheckpointOutputStream, CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle, StateMetadata } from '../../../storage/state-handles.js'
import { blockFlags, EMPTY_BLOCK, writeBlock, writeEntry, type KeyGroupBlock } from './key-group-block.js'
import { groupPositions, type GroupedPositions } from './grouped-positions.js'
import type { KeyedStateSnapshot } from './keyed-state-backend.js'
import type { RestoredState } from './restored-keyed-state.js'
import { stateNotSerializable } from './state-not-serializable.js'
import type { StateTable } from './state-table.js'
import type { TableSnapshot } from './table-snapshot.js'
import type { TimeSlices } from './time-slices.js'

/** The registered states and the restored ones that nobody asked for. */
export interface SnapshotContents {
  readonly operatorName: string
  readonly keyGroups: KeyGroupRange
  readonly keySerializer: TypeSerializer<unknown>
  readonly tables: readonly StateTable[]
  readonly restored: readonly RestoredState[]
}

interface TableContents {
  readonly table: StateTable
  readonly snapshot: TableSnapshot
  readonly positions: GroupedPositions
}

const WRITE_CHUNK_BYTES = 64 * 1024

export class HeapKeyedStateSnapshot implements KeyedStateSnapshot {
  readonly #contents: SnapshotContents
  readonly #snapshots: ReadonlyMap<StateTable, TableSnapshot>
  readonly #scratch = new DataOutputView()
  readonly #chunk = new DataOutputView(WRITE_CHUNK_BYTES * 2)
  #written = 0
  #released = false

  constructor(contents: SnapshotContents) {
    this.#contents = contents
    this.#snapshots = new Map(contents.tables.map((table) => [table, table.beginSnapshot()]))
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
    if (this.#released) return
    this.#released = true
    for (const [table, snapshot] of this.#snapshots) table.endSnapshot(snapshot)
  }

  async #writeKeyGroups(stream: CheckpointOutputStream, slices: TimeSlices): Promise<number[]> {
    const tables: TableContents[] = []
    for (const [table, snapshot] of this.#snapshots) {
      const positions = await groupPositions({ table, snapshot, keyGroups: this.#contents.keyGroups, slices })
      tables.push({ table, snapshot, positions })
    }
    const { start, end } = this.#contents.keyGroups
    const offsets: number[] = []
    for (let keyGroup = start; keyGroup <= end; keyGroup += 1) {
      offsets.push(this.#written + this.#chunk.position)
      await this.#writeKeyGroup(keyGroup, tables, slices)
      if (this.#chunk.position >= WRITE_CHUNK_BYTES) await this.#flush(stream)
    }
    await this.#flush(stream)
    offsets.push(this.#written)
    return offsets
  }

  async #writeKeyGroup(keyGroup: number, tables: readonly TableContents[], slices: TimeSlices): Promise<void> {
    if (slices.step()) await slices.next()
    const blocks: KeyGroupBlock[] = []
    for (const contents of tables) blocks.push(await this.#encodeTable(contents, keyGroup, slices))
    for (const { blocks: restored } of this.#contents.restored) blocks.push(restored.get(keyGroup) ?? EMPTY_BLOCK)
    if (blocks.every(({ count }) => count === 0)) return
    for (const block of blocks) writeBlock(block, this.#chunk)
  }

  async #encodeTable(contents: TableContents, keyGroup: number, slices: TimeSlices): Promise<KeyGroupBlock> {
    const { table, snapshot, positions } = contents
    const flags = blockFlags(table.hasNamespaces)
    const serializers = { key: this.#contents.keySerializer, value: table.serializer }
    const members = positions.of(keyGroup)
    if (members.length === 0) return EMPTY_BLOCK
    this.#scratch.reset()
    for (const position of members) {
      const value = snapshot.valueAt(position)
      const entry = { key: table.keyAt(position), namespace: table.namespaceAt(position), value }
      try {
        writeEntry(entry, flags, serializers, this.#scratch)
      } catch (error) {
        throw stateNotSerializable(error, table.metadata.name, this.#contents.operatorName)
      }
      snapshot.markWritten(position)
      if (slices.step()) await slices.next()
    }
    return { flags, count: members.length, entries: this.#scratch.toBytes() }
  }

  async #flush(stream: CheckpointOutputStream): Promise<void> {
    if (this.#chunk.position === 0) return
    const bytes = this.#chunk.written()
    await stream.write(bytes)
    this.#written += bytes.length
    this.#chunk.reset()
  }
}
