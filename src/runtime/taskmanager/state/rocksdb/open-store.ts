// Duty: the store of a backend while it is open, with the cache before it: makes tables and snapshots.
// Invariants: what it is closed with last is the directory, which goes.
// Thread: the task worker that owns the backend.
import { KeyShapes } from '../../../../core/keygroups/key-shapes.js'
import type { KeyContext } from '../key-context.js'
import type { KeyedStateSnapshot, SnapshotIncrement } from '../keyed-state-backend.js'
import type { NewKeys } from '../new-keys.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import type { StateTypes } from '../state-table.js'
import { ListSerializer } from '../list-serializer.js'
import type { TaskLocalStateStore } from './task-local-state-store.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import { CachedStateTable } from './cached-state-table.js'
import type { DiskCleanup } from './disk-cleanup.js'
import { DiskSnapshot } from './disk-snapshot.js'
import { ListForm } from './list-form.js'
import { MapForm } from './map-form.js'
import { mapLimits } from './map-limits.js'
import type { RestoredStore } from './restore-store.js'
import { SingleEntryForm } from './single-entry-form.js'
import { closePlaced } from './store-place.js'
import { StoreSnapshots } from './store-snapshots.js'
import type { StoredForm } from './stored-form.js'
import { StoredKeys } from './stored-keys.js'
import { WriteBackCache } from './write-back-cache.js'
import { WriteBuffer } from './write-buffer.js'

export interface OpenStoreParameters {
  readonly parameters: KeyedStateBackendParameters
  readonly restored: RestoredStore
  readonly driver: string
  /** For live objects. */
  readonly cacheBytes: number
  readonly localStates: TaskLocalStateStore
}

export class OpenStore {
  readonly #opened: OpenStoreParameters
  readonly #buffer: WriteBuffer
  readonly #cache: WriteBackCache
  readonly #snapshots: StoreSnapshots
  readonly #keyShapes: KeyShapes
  readonly #storedKeys: StoredKeys
  readonly #types = new Map<number, StateTypes>()
  readonly #cleanups: DiskCleanup[] = []

  constructor(opened: OpenStoreParameters) {
    const { parameters, restored, driver, cacheBytes, localStates } = opened
    const buffer = new WriteBuffer(restored.store)
    const keyShapes = new KeyShapes(parameters.keyKind)
    const snapshots = new StoreSnapshots({
      parameters,
      restored,
      driver,
      newKeyShapes: keyShapes,
      localStates,
      types: this.#types,
    })
    const onChange = (prefix: Uint8Array): void => {
      snapshots.noteChange(prefix, buffer.batch)
    }
    this.#opened = opened
    this.#buffer = buffer
    this.#keyShapes = keyShapes
    this.#snapshots = snapshots
    this.#storedKeys = new StoredKeys(cacheBytes)
    this.#cache = new WriteBackCache({ buffer, budgetBytes: cacheBytes, entries: { ...parameters, onChange } })
  }

  createTable(types: StateTypes, given: { readonly context: KeyContext; readonly newKeys: NewKeys }): CachedStateTable {
    const { parameters, restored } = this.#opened
    const { operatorName, keyKind, keyGroups } = parameters
    const { metadata, namespaces } = types
    const { id: stateId, isRestored, reader } = restored.states.registered(types)
    this.#types.set(stateId, types)
    const storedKeys = this.#storedKeys.ofState(stateId, isRestored)
    const keyCount = restored.keyCounts.of(stateId)
    const form = this.#formOf(types)
    if (reader !== undefined) this.#snapshots.beginAnew()
    restored.blocks.load(stateId, { types, form, reader })
    return new CachedStateTable(types, {
      ...given,
      named: { state: metadata.name, operator: operatorName },
      form,
      inStore: { stateId, keyKind, keyGroups, namespaces },
      entries: this.#cache.createEntries({ types, stateId, form, storedKeys, keyCount }),
      keyCount,
      cache: this.#cache,
      buffer: this.#buffer,
      keyShapes: this.#keyShapes,
    })
  }

  snapshot(increment: SnapshotIncrement | undefined): KeyedStateSnapshot {
    const capture = this.#snapshots.capture(increment)
    const awaited = this.#cache.awaitChanges(() => {
      capture.take()
    })
    return new DiskSnapshot(awaited, capture)
  }

  /** It goes with the store. */
  addCleanup(cleanup: DiskCleanup): void {
    this.#cleanups.push(cleanup)
  }

  metrics(): Readonly<Record<string, number>> {
    return this.#opened.restored.store.metrics()
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups) cleanup.close()
    try {
      await this.#snapshots.released()
    } finally {
      await closePlaced(this.#opened.restored)
    }
  }

  #formOf({ serializer }: StateTypes): StoredForm {
    if (serializer instanceof UserMapSerializer) {
      return new MapForm(this.#buffer, serializer, mapLimits(this.#opened.cacheBytes))
    }
    if (serializer instanceof ListSerializer) return new ListForm(this.#buffer, serializer)
    return new SingleEntryForm(this.#buffer, serializer)
  }
}
