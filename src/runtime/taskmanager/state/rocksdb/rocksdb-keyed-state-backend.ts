// Duty: keyed state of one operator subtask on the local disk (`rocksdb`): a store of its own with the entries of all states,
// and a cache of live objects before it.
// Invariants: the store is open from `open` to `dispose`, in a directory that goes with it. One name, one kind.
// Thread: the task worker that owns the operator.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { copyKey } from '../../../../core/keygroups/canonical-key.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import type { KeyContext } from '../key-context.js'
import type {
  KeyedStateBackend,
  KeyedStateReader,
  KeyedStateSnapshot,
  SnapshotIncrement,
} from '../keyed-state-backend.js'
import { KeyedStateBackendBase } from '../keyed-state-backend-base.js'
import { KeyedStateRegistry, type CleanupParameters } from '../keyed-state-registry.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import type { StateTypes } from '../state-table.js'
import { TablePriorityQueue } from '../table-priority-queue.js'
import { TableQueueEntries } from '../table-queue-entries.js'
import type { CachedStateTable } from './cached-state-table.js'
import { DiskCleanup } from './disk-cleanup.js'
import { DiskListState } from './disk-list-state.js'
import { DiskMapState } from './disk-map-state.js'
import { ListForm } from './list-form.js'
import { MapForm } from './map-form.js'
import { OpenStore } from './open-store.js'
import { openEmptyStore, restoreStore, type RestoredStore } from './restore-store.js'
import type { RocksDBResources } from './rocksdb-resources.js'
import type { StorePlace } from './store-place.js'
import { TaskLocalStateStore } from './task-local-state-store.js'

export class RocksDBKeyedStateBackend extends KeyedStateBackendBase<CachedStateTable> implements KeyedStateBackend {
  protected override readonly states: KeyedStateRegistry<CachedStateTable>
  readonly #resources: RocksDBResources
  readonly #localStates: TaskLocalStateStore
  #store: OpenStore | undefined
  /** The state whose memory is touched ahead: of several the first. */
  #firstTable: CachedStateTable | undefined

  constructor(parameters: KeyedStateBackendParameters, resources: RocksDBResources) {
    super(parameters)
    this.#resources = resources
    this.#localStates = new TaskLocalStateStore(parameters)
    this.states = new KeyedStateRegistry<CachedStateTable>(parameters, this.context, {
      createTable: (types, context) => this.#createTable(types, context),
      createMapState: (table) => mapStateOf(table),
      createListState: (table) => listStateOf(table),
      createCleanup: (cleanup) => {
        this.#startCleanup(cleanup)
        return undefined
      },
      createQueue: (queue) =>
        new TablePriorityQueue(new TableQueueEntries({ ...queue, copyKey: (key) => copyKey(key, parameters.keyKind) })),
    })
  }

  async open(): Promise<void> {
    await this.#openWith((place) => openEmptyStore(this.parameters, place))
  }

  /**
   * A store that was opened before goes: files are put in their place before a store is opened. Those that the task kept come
   * before those of the checkpoint.
   */
  async restore(handles: readonly KeyedStateHandle[], reader: KeyedStateReader, checkpointId?: number): Promise<void> {
    if (handles.length === 0) return
    await this.#closeStore()
    const remote = { handles, reader, checkpointId }
    const isRestored = await this.#localStates.restore(remote, (kept) =>
      this.#openWith((place) => restoreStore(this.parameters, place, kept), kept.directory),
    )
    if (!isRestored) await this.#openWith((place) => restoreStore(this.parameters, place, remote))
  }

  prepareKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.#firstTable?.prefetch(keyHashes, start, end)
  }

  snapshot(increment?: SnapshotIncrement): KeyedStateSnapshot {
    return this.#openStore.snapshot(increment)
  }

  numberOfEntries(): number {
    return this.states.tables().reduce((sum, table) => sum + countOf(table.entryKeys()), 0)
  }

  hasEntries(): boolean {
    return this.states.tables().some((table) => table.hasEntries())
  }

  metrics(): Readonly<Record<string, number>> {
    return this.#store?.metrics() ?? {}
  }

  async dispose(): Promise<void> {
    this.states.clear()
    this.context.clearKey()
    await this.#closeStore()
  }

  #startCleanup(cleanup: CleanupParameters<CachedStateTable>): void {
    if (!cleanup.ttl.config.getCleanupStrategies().inRocksdbCompactFilter()) return
    const time = this.parameters.processingTime
    this.#openStore.addCleanup(new DiskCleanup({ ...cleanup, context: this.context, time }))
  }

  /** `near`: what lies on the same disk, if it can be. */
  async #openWith(open: (place: StorePlace) => Promise<RestoredStore>, near?: string): Promise<void> {
    const driver = await this.#resources.loadDriver()
    const { driverBytes: memoryBytes, objectBytes: cacheBytes, writeBufferRatio } = this.#resources.memory.share()
    const restored = await open({
      driver,
      createDirectory: () => this.#resources.createDirectory(near),
      openStore: (directory) => driver.open({ directory, memoryBytes, writeBufferRatio }),
    })
    const { parameters } = this
    const localStates = this.#localStates
    this.#store = new OpenStore({ parameters, restored, driver: driver.name, cacheBytes, localStates })
  }

  async #closeStore(): Promise<void> {
    const store = this.#store
    this.#store = undefined
    await store?.close()
  }

  get #openStore(): OpenStore {
    if (this.#store !== undefined) return this.#store
    throw new FlinkError('ASSERTION_FAILED', { what: 'a backend was used before it was opened, or after its end' })
  }

  #createTable(types: StateTypes, context: KeyContext): CachedStateTable {
    const table = this.#openStore.createTable(types, { context, newKeys: this.newKeys })
    if (types.metadata.kind !== 'priority-queue') this.#firstTable ??= table
    return table
  }
}

function mapStateOf(table: CachedStateTable): DiskMapState {
  if (table.form instanceof MapForm) return new DiskMapState(table, table.form)
  throw new FlinkError('ASSERTION_FAILED', { what: `${table.named.state} is no map` })
}

function listStateOf(table: CachedStateTable): DiskListState {
  if (table.form instanceof ListForm) return new DiskListState(table, table.form)
  throw new FlinkError('ASSERTION_FAILED', { what: `${table.named.state} is no list` })
}

function countOf(entries: Iterable<unknown>): number {
  const iterator = entries[Symbol.iterator]()
  let count = 0
  while (iterator.next().done !== true) count += 1
  return count
}
