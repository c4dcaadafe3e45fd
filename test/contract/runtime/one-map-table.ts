import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { DiskMapState } from '../../../src/runtime/taskmanager/state/rocksdb/disk-map-state.js'
import type { KvStore } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { MapForm } from '../../../src/runtime/taskmanager/state/rocksdb/map-form.js'
import type { MapLimits } from '../../../src/runtime/taskmanager/state/rocksdb/map-limits.js'
import { UserMapSerializer } from '../../../src/runtime/taskmanager/state/user-map-serializer.js'
import { OneValueTable } from './one-value-table.js'

export const KEYS = { kind: 'auto', place: "State 'm' of Count", copy: structuredClone } as const
export const SERIALIZER: UserMapSerializer = new UserMapSerializer(structuredSerializer(), structuredSerializer(), KEYS)

/** So small that every part of the way is taken with a few entries. */
export const TINY: MapLimits = {
  few: { entries: 2, sizeBytes: 1000 },
  whole: { entries: 6, sizeBytes: 200 },
  missesBeforeWhole: 3,
  heldBytes: 900,
  changedBytes: 1200,
}

export class OneMapTable extends OneValueTable<MapForm> {
  readonly state: DiskMapState

  /** `number`: which of several keys in the store. */
  constructor(store: KvStore, limits: MapLimits, number = 0) {
    super(store, (buffer) => new MapForm(buffer, SERIALIZER, limits), number)
    this.state = new DiskMapState(this, this.form)
  }

  /** As a savepoint has the map of these entries: their number, and their values one after the other. */
  savepointBytes(): Uint8Array {
    const output = new DataOutputView()
    output.writeVarInt(this.stored().length)
    output.writeBytes(this.storedBytes())
    return output.toBytes()
  }
}
