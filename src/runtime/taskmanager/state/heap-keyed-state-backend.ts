// Duty: keyed state as live JavaScript objects (`hashmap`): one HeapStateTable a state, grouped by key group.
// Invariants: one name, one kind. Restored entries are decoded when their state is first asked for; the synchronous part
// of a snapshot costs a byte an entry (1,000,000 entries: see test/bench).
// Thread: the task worker that owns the operator.
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { KeyedStateHandle } from '../../../storage/state-handles.js'
import { unreadableState } from '../../../storage/unreadable-state.js'
import { CheckpointChain, mayGrow, type ChainedCheckpoint } from './checkpoint-chain.js'
import { GroupedTimerQueue } from './grouped-timer-queue.js'
import { HeapKeyedStateSnapshot } from './heap-keyed-state-snapshot.js'
import { HeapQueueEntries, type PrepareKeys } from './heap-queue-entries.js'
import { HeapQueueTable } from './heap-queue-table.js'
import { HeapStateTable, type HeapTableEnvironment } from './heap-state-table.js'
import { HeapTablesByNamespace } from './heap-tables-by-namespace.js'
import { visitEntries, type EntrySerializers, type KeyGroupBlock } from './key-group-block.js'
import type { KeyContext } from './key-context.js'
import { KeyedListState } from './keyed-list-state.js'
import { KeyedMapState } from './keyed-map-state.js'
import type {
  KeyedStateBackend,
  KeyedStateReader,
  KeyedStateSnapshot,
  SnapshotIncrement,
} from './keyed-state-backend.js'
import { KeyedStateBackendBase } from './keyed-state-backend-base.js'
import { KeyedStateRegistry, type CleanupParameters } from './keyed-state-registry.js'
import { restoredKeyHash } from './restored-key-hash.js'
import { RestoredKeyedState } from './restored-keyed-state.js'
import { migrationFailed } from './schema/value-migration-error.js'
import type { KeyedStateBackendParameters } from './state-backend.js'
import { SharedTimerQueue } from './shared-timer-queue.js'
import type { StateTypes } from './state-table.js'
import { HeapCleanup } from './ttl/heap-cleanup.js'
import { HeapTimesCleanup } from './ttl/heap-times-cleanup.js'
import { HeapTtlTable } from './ttl/heap-ttl-table.js'
import type { AccessListener } from './ttl/time-to-live.js'
import { leftInSnapshots } from './ttl/without-expired.js'
import { TablePriorityQueue } from './table-priority-queue.js'

/** Of one state. */
type HeapTables = HeapStateTable | HeapTablesByNamespace

interface RestoredEntrySerializers extends EntrySerializers {
  /** Undefined where everything that was stored is there; else what is left of a value. */
  readonly leftOf: ((value: unknown) => unknown) | undefined
}

export class HeapKeyedStateBackend extends KeyedStateBackendBase<HeapTables> implements KeyedStateBackend {
  protected override readonly states: KeyedStateRegistry<HeapTables>
  readonly #keySerializer: TypeSerializer<unknown> = structuredSerializer()
  readonly #restored: RestoredKeyedState
  /** What incremental checkpoints of this attempt may build on: the first one is whole. */
  readonly #chain = new CheckpointChain()
  /** The state whose memory is touched ahead: of several, which are rare, the first. */
  #firstTable: HeapTables | undefined
  /** Those that each record takes further; undefined where there are none. */
  #cleanups: readonly AccessListener[] | undefined
  /** The first state with shared namespaces: that of what windows hold. Timers stand at its entries. */
  #followed: HeapTablesByNamespace | undefined

  constructor(parameters: KeyedStateBackendParameters) {
    super(parameters)
    this.#restored = new RestoredKeyedState(parameters.operatorName, parameters.keyGroups)
    this.states = new KeyedStateRegistry<HeapTables>(parameters, this.context, {
      createTable: (types, context) => this.#createTable(types, context),
      createMapState: (table, keys) => new KeyedMapState(table, keys),
      createListState: (table) => new KeyedListState(table),
      createCleanup: (cleanup) => this.#createCleanup(cleanup),
      createQueue: ({ table, current }) => {
        const prepareKeys: PrepareKeys = (hashes, start, end) => {
          this.prepareKeys(hashes, start, end)
        }
        if (table instanceof HeapTablesByNamespace)
          return new SharedTimerQueue(table, { current, prepareKeys, followed: () => this.#followed })
        const entries = new HeapQueueEntries(table, current, prepareKeys)
        return entries.isOfVoid && table instanceof HeapQueueTable
          ? new GroupedTimerQueue(table, entries, current)
          : new TablePriorityQueue(entries)
      },
    })
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  async restore(handles: readonly KeyedStateHandle[], reader: KeyedStateReader): Promise<void> {
    for (const handle of handles) await this.#restored.add(handle, reader)
  }

  override setCurrentKey(key: unknown, keyHash: number): void {
    super.setCurrentKey(key, keyHash)
    if (this.#cleanups !== undefined) for (const cleanup of this.#cleanups) cleanup.accessed()
  }

  prepareKeys(keyHashes: readonly number[], start: number, end: number): void {
    const table = this.#firstTable
    if (table !== undefined) table.prefetch(keyHashes, start, end)
  }

  snapshot(increment?: SnapshotIncrement): KeyedStateSnapshot {
    const tables = this.states.tables()
    const { keyKind, keyGroups } = this.parameters
    const states = { keyKind, keyGroups, keySerializer: this.#keySerializer, restored: this.#restored.all() }
    if (increment === undefined) return new HeapKeyedStateSnapshot({ ...states, tables, increment: undefined })
    for (const table of tables) if (table instanceof HeapQueueTable) table.gather()
    const epoch = this.#chain.nextEpoch()
    const onWritten = (handles: readonly KeyedStateHandle[]): void => {
      this.#chain.written(increment.checkpointId, { epoch, handles })
    }
    const base = this.#baseOf(increment, tables)
    const snapshot = new HeapKeyedStateSnapshot({ ...states, tables, increment: { base, onWritten } })
    for (const table of tables) table.beginEpoch(epoch)
    return snapshot
  }

  /** What the snapshot is to build on; undefined when it is to be whole. */
  #baseOf({ baseCheckpointId }: SnapshotIncrement, tables: readonly HeapTables[]): ChainedCheckpoint | undefined {
    const base = this.#chain.baseOf(baseCheckpointId)
    if (base === undefined) return undefined
    for (const table of tables) table.forgetChangesBefore(base.epoch)
    return mayGrow(base) && tables.every((table) => table.knowsChangesSince(base.epoch)) ? base : undefined
  }

  numberOfEntries(): number {
    return this.states.tables().reduce((sum, table) => sum + table.size, 0)
  }

  hasEntries(): boolean {
    return this.states.tables().some((table) => table.size > 0)
  }

  dispose(): Promise<void> {
    this.states.clear()
    this.context.clearKey()
    return Promise.resolve()
  }

  /** Of windows, which go with all that they have, there is none. */
  #createCleanup({ table, ttl }: CleanupParameters<HeapTables>): AccessListener | undefined {
    const strategy = ttl.config.getCleanupStrategies().getIncrementalCleanupStrategy()
    if (strategy === undefined || table instanceof HeapTablesByNamespace) return undefined
    const { cleanupSize } = strategy
    const cleanup =
      table instanceof HeapTtlTable
        ? new HeapTimesCleanup(table, ttl, cleanupSize)
        : new HeapCleanup(table, ttl, cleanupSize)
    if (strategy.runCleanupForEveryRecord) this.#cleanups = [...(this.#cleanups ?? []), cleanup]
    return cleanup
  }

  #createTable(types: StateTypes, context: KeyContext): HeapTables {
    const environment = { ...this.parameters, newKeys: this.newKeys, context }
    const table = makeTable(types, environment)
    this.#load(table)
    if (types.metadata.kind !== 'priority-queue') {
      this.#firstTable ??= table
      if (table instanceof HeapStateTable) context.leader ??= table
      else this.#followed ??= table
    }
    return table
  }

  #load(table: HeapTables): void {
    const { metadata, namespaces, serializer } = table.types
    const restored = this.#restored.take(table.types)
    if (restored === undefined) return
    const value = restored.reader ?? serializer
    const serializers = { key: this.#keySerializer, namespaces, value, leftOf: leftInSnapshots(table.types) }
    for (const [keyGroup, blocks] of restored.blocks) {
      try {
        this.#loadKeyGroup(table, keyGroup, blocks, serializers)
      } catch (error) {
        const block = `state ${metadata.name} of ${this.parameters.operatorName} in key group ${String(keyGroup)}`
        throw unreadableState(error, { files: restored.files, block })
      }
    }
  }

  #loadKeyGroup(
    table: HeapTables,
    keyGroup: number,
    blocks: readonly KeyGroupBlock[],
    serializers: RestoredEntrySerializers,
  ): void {
    const state = table.types.metadata.name
    for (const [index, block] of blocks.entries()) {
      visitEntries(block, serializers, (key, namespace, input) => {
        const hash = restoredKeyHash({ key, keyGroup, state }, this.parameters)
        const value = input === undefined ? undefined : this.#restoredValue(input, serializers, { key, state })
        if (value === undefined) {
          if (index > 0) table.loadRemoved(key, namespace, hash)
        } else {
          const entry = { key, namespace, value }
          if (index === 0) table.load(entry, hash)
          else table.loadChanged(entry, hash)
        }
      })
    }
  }

  /** Undefined where it has expired. */
  #restoredValue(
    input: DataInputView,
    { value: reader, leftOf }: RestoredEntrySerializers,
    { key, state }: { readonly key: unknown; readonly state: string },
  ): unknown {
    try {
      const value = reader.deserialize(input)
      return leftOf === undefined ? value : leftOf(value)
    } catch (error) {
      throw migrationFailed(error, { state, operator: this.parameters.operatorName, key })
    }
  }
}

function makeTable(types: StateTypes, environment: HeapTableEnvironment): HeapTables {
  if (types.namespaces.shared !== undefined) return new HeapTablesByNamespace(types, environment)
  const { kind } = types.metadata
  if (kind === 'priority-queue') return new HeapQueueTable(types, environment)
  const isOneValue = kind !== 'list' && kind !== 'map'
  return types.ttl !== undefined && isOneValue
    ? new HeapTtlTable(types, environment)
    : new HeapStateTable(types, environment)
}
