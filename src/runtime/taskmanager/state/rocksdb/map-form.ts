// Duty: a map in the store as one entry for each of the user's keys.
// Invariants: a map without entries is none. Of a map that is written only what changed since the last time is.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import { DiskUserMap, type MapSurroundings } from './disk-user-map.js'
import type { KvBatch } from './kv-store.js'
import { MapEntries, type MapStore } from './map-entries.js'
import type { MapLimits } from './map-limits.js'
import type { RestoreTarget } from './restored-entries.js'
import type { StoredForm } from './stored-form.js'
import { sizeOfValue } from './value-size.js'

export class MapForm implements StoredForm {
  readonly isOneEntry = false
  /** The state in words. */
  readonly place: string
  readonly #surroundings: MapSurroundings

  constructor(store: MapStore, serializer: UserMapSerializer, limits: MapLimits) {
    this.place = serializer.userKeys.place
    this.#surroundings = { entries: new MapEntries(store, serializer), limits }
  }

  /** Without entries. */
  newMap(): DiskUserMap {
    return DiskUserMap.of([], this.#surroundings)
  }

  read(prefix: Uint8Array): DiskUserMap | undefined {
    const { entries, limits } = this.#surroundings
    const few = entries.readAll(prefix, limits.few)
    if (few === undefined) return DiskUserMap.at(prefix, this.#surroundings)
    return few.length === 0 ? undefined : DiskUserMap.of(few, this.#surroundings)
  }

  write(prefix: Uint8Array, value: unknown, batch: KvBatch): void {
    asDiskMap(value).write(prefix, batch)
  }

  mayBeNothing(value: unknown): boolean {
    return asDiskMap(value).mayBeEmpty
  }

  remove(prefix: Uint8Array, batch: KvBatch): void {
    this.#surroundings.entries.removeAll(prefix, batch)
  }

  restore(prefix: Uint8Array, value: DataInputView, target: RestoreTarget, reader?: TypeSerializer<unknown>): void {
    const { entries } = this.#surroundings
    if (reader instanceof UserMapSerializer) entries.restoreAnew(prefix, value, target, reader)
    else entries.restore(prefix, value, target)
  }

  writeWhole(value: unknown, output: DataOutputView): void {
    this.#surroundings.entries.writeAll([...asDiskMap(value).look()], output)
  }

  sizeOf(value: unknown): number {
    return value instanceof DiskUserMap ? value.sizeBytes : sizeOfValue(value)
  }
}

function asDiskMap(value: unknown): DiskUserMap {
  if (value instanceof DiskUserMap) return value
  throw new FlinkError('ASSERTION_FAILED', { what: 'the value of a map state is no map of the disk' })
}
