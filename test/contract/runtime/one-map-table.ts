import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { UserMapSerializer } from '../../../src/runtime/taskmanager/state/user-map-serializer.js'
import { DiskMapState, type MapTable } from '../../../src/runtime/taskmanager/state/rocksdb/disk-map-state.js'
import type { DiskUserMap } from '../../../src/runtime/taskmanager/state/rocksdb/disk-user-map.js'
import type { KvEntry, KvStore } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { MapForm } from '../../../src/runtime/taskmanager/state/rocksdb/map-form.js'
import type { MapLimits } from '../../../src/runtime/taskmanager/state/rocksdb/map-limits.js'
import { WriteBuffer } from '../../../src/runtime/taskmanager/state/rocksdb/write-buffer.js'
import type { EntryKey } from '../../../src/runtime/taskmanager/state/state-table.js'
import { VOID_NAMESPACES } from '../../../src/runtime/taskmanager/state/namespace-type.js'

/** No prefix is the beginning of another one. */
const PREFIX = Uint8Array.of(0, 1, 0, 0, 2, 7, 7, 0)

export const KEYS = { kind: 'auto', place: "State 'm' of Count", copy: structuredClone } as const

/** So small that every part of the way is taken with a few entries. */
export const TINY: MapLimits = {
  few: { entries: 2, sizeBytes: 1000 },
  whole: { entries: 6, sizeBytes: 200 },
  missesBeforeWhole: 3,
  heldBytes: 900,
  changedBytes: 1200,
}

/** The table of a map state with one key, and what a cache does with its value. */
export class OneMapTable implements MapTable {
  readonly types = {
    metadata: { name: 'm', kind: 'map', typeFingerprint: 'GENERIC => GENERIC', schemaVersion: 0 },
    serializer: structuredSerializer(),
    namespaces: VOID_NAMESPACES,
  } as const
  readonly named = { state: 'm', operator: 'Count' }
  readonly serializer = new UserMapSerializer(structuredSerializer(), structuredSerializer(), KEYS)
  readonly buffer: WriteBuffer
  readonly form: MapForm
  readonly state: DiskMapState
  /** The current object is to be told of what a function may do with it. */
  handedOut = 0
  #map: DiskUserMap | undefined
  #isInMemory = false
  #isReplaced = false

  constructor(store: KvStore, limits: MapLimits) {
    this.buffer = new WriteBuffer(store)
    this.form = new MapForm(this.buffer, this.serializer, limits)
    this.state = new DiskMapState(this, this.form)
  }

  get sizeBytes(): number {
    return this.form.sizeOf(this.#map)
  }

  get(): unknown {
    this.handedOut += 1
    return this.peek()
  }

  peek(): unknown {
    if (!this.#isInMemory) this.#map = this.form.read(PREFIX)
    this.#isInMemory = true
    return this.#map
  }

  put(value: unknown): void {
    this.#map = value as DiskUserMap
  }

  changedInPlace(): void {
    this.peek()
  }

  remove(): void {
    this.#isReplaced = true
    this.#map = undefined
    this.#isInMemory = true
  }

  saveCurrent(): void {
    if (this.#isReplaced) this.form.remove(PREFIX, this.buffer.batch)
    this.#isReplaced = false
    if (this.#map !== undefined) this.form.write(PREFIX, this.#map, this.buffer.batch)
    this.buffer.added()
  }

  evict(): void {
    this.saveCurrent()
    this.#isInMemory = false
    this.#map = undefined
  }

  setCurrentNamespace(): void {
    // There is one.
  }

  entryKeys(): Iterable<EntryKey> {
    return []
  }

  /** Of this key. */
  stored(): readonly KvEntry[] {
    const cursor = this.buffer.range(PREFIX)
    try {
      return cursor.next(1_000_000)
    } finally {
      cursor.close()
    }
  }

  /** As a savepoint has the map of these entries: their number, and their values one after the other. */
  storedBytes(): Uint8Array {
    const output = new DataOutputView()
    const stored = this.stored()
    output.writeVarInt(stored.length)
    for (const { value } of stored) output.writeBytes(value)
    return output.toBytes()
  }
}
