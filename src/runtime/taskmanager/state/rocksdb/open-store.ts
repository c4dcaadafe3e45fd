// Duty: the store of a backend while it is open, with the cache before it: makes tables, snapshots, and restores.
// Thread: the task worker that owns the backend.
import type { WorkingDirectory } from '../../../../core/fs/working-directories.js'
import { KeyShapes } from '../../../../core/keygroups/key-shapes.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import type { KeyContext } from '../key-context.js'
import type { KeyedStateReader, KeyedStateSnapshot, SnapshotIncrement } from '../keyed-state-backend.js'
import type { NewKeys } from '../new-keys.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import type { StateTypes } from '../state-table.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import { CachedStateTable } from './cached-state-table.js'
import { DiskSnapshot } from './disk-snapshot.js'
import type { KvStore } from './kv-store.js'
import { MapForm } from './map-form.js'
import { mapLimits } from './map-limits.js'
import { RestoredBlocks } from './restore-blocks.js'
import type { RocksDBResources } from './rocksdb-resources.js'
import { SingleEntryForm } from './single-entry-form.js'
import type { StoredForm } from './stored-form.js'
import { StoredStates } from './stored-states.js'
import { WholeSnapshot } from './whole-snapshot.js'
import { WriteBackCache } from './write-back-cache.js'
import { WriteBuffer } from './write-buffer.js'

interface Opened {
  readonly store: KvStore
  readonly directory: WorkingDirectory
  readonly cacheBytes: number
}

export class OpenStore {
  readonly #parameters: KeyedStateBackendParameters
  readonly #opened: Opened
  readonly #buffer: WriteBuffer
  readonly #cache: WriteBackCache
  readonly #states: StoredStates
  readonly #restored: RestoredBlocks
  readonly #keyShapes: KeyShapes

  static async open(parameters: KeyedStateBackendParameters, resources: RocksDBResources): Promise<OpenStore> {
    const driver = await resources.loadDriver()
    const { driverBytes: memoryBytes, objectBytes, writeBufferRatio } = resources.memory.share()
    const directory = await resources.createDirectory()
    try {
      const store = await driver.open({ directory: directory.path, memoryBytes, writeBufferRatio })
      return new OpenStore(parameters, { store, directory, cacheBytes: objectBytes })
    } catch (error) {
      await directory.remove()
      throw error
    }
  }

  private constructor(parameters: KeyedStateBackendParameters, opened: Opened) {
    this.#parameters = parameters
    this.#opened = opened
    this.#buffer = new WriteBuffer(opened.store)
    this.#cache = new WriteBackCache({
      buffer: this.#buffer,
      budgetBytes: opened.cacheBytes,
      entries: { ...parameters, onChange: () => undefined },
    })
    this.#states = new StoredStates(parameters.operatorName)
    this.#restored = new RestoredBlocks(opened.store, parameters)
    this.#keyShapes = new KeyShapes(parameters.keyKind)
  }

  async restore(handles: readonly KeyedStateHandle[], reader: KeyedStateReader): Promise<void> {
    for (const handle of handles) {
      await this.#restored.add(handle, reader, this.#states)
      this.#keyShapes.addAll(handle.keyShapes ?? [])
    }
  }

  createTable(types: StateTypes, given: { readonly context: KeyContext; readonly newKeys: NewKeys }): CachedStateTable {
    const { operatorName, keyKind, keyGroups } = this.#parameters
    const { metadata, namespaces } = types
    const isStored = this.#states.list().some(({ name }) => name === metadata.name)
    const stateId = this.#states.registered(metadata)
    const form = this.#formOf(types)
    this.#restored.load(stateId, types, form)
    return new CachedStateTable(types, {
      ...given,
      named: { state: metadata.name, operator: operatorName },
      form,
      inStore: { stateId, keyKind, keyGroups, namespaces },
      entries: this.#cache.createEntries({ types, stateId, form, isStored }),
      cache: this.#cache,
      buffer: this.#buffer,
      keyShapes: this.#keyShapes,
    })
  }

  snapshot(_increment?: SnapshotIncrement): KeyedStateSnapshot {
    let whole: WholeSnapshot | undefined
    const capture = {
      take: () => {
        const { keyKind, keyGroups } = this.#parameters
        whole = new WholeSnapshot({
          view: this.#buffer.view(),
          keyKind,
          keyGroups,
          states: this.#states.list(),
          waiting: this.#restored.waiting(),
          keyShapes: this.#keyShapes.list(),
        })
      },
      write: (streams, slices) => whole.write(streams, slices),
      release: () => whole?.release(),
    }
    return new DiskSnapshot(this.#cache.awaitChanges(() => capture.take()), capture)
  }

  #formOf({ serializer }: StateTypes): StoredForm {
    return serializer instanceof UserMapSerializer
      ? new MapForm(this.#buffer, serializer, mapLimits(this.#opened.cacheBytes))
      : new SingleEntryForm(this.#buffer, serializer)
  }

  metrics(): Readonly<Record<string, number>> {
    return this.#opened.store.metrics()
  }

  async close(): Promise<void> {
    await this.#opened.store.close()
    await this.#opened.directory.remove()
  }
}
