import { ValueStateDescriptor } from '../../../../../../src/api/state/value-state-descriptor.js'
import { hashKey } from '../../../../../../src/core/keygroups/canonical-key.js'
import { KeyShapes } from '../../../../../../src/core/keygroups/key-shapes.js'
import { structuredSerializer } from '../../../../../../src/core/types/structured-serializer.js'
import { KeyContext } from '../../../../../../src/runtime/taskmanager/state/key-context.js'
import { VOID_NAMESPACES } from '../../../../../../src/runtime/taskmanager/state/namespace-type.js'
import { NewKeys } from '../../../../../../src/runtime/taskmanager/state/new-keys.js'
import type { CachedEntries } from '../../../../../../src/runtime/taskmanager/state/rocksdb/cached-entries.js'
import { CachedStateTable } from '../../../../../../src/runtime/taskmanager/state/rocksdb/cached-state-table.js'
import { SingleEntryForm } from '../../../../../../src/runtime/taskmanager/state/rocksdb/single-entry-form.js'
import { StoredKeys } from '../../../../../../src/runtime/taskmanager/state/rocksdb/stored-keys.js'
import { WriteBackCache } from '../../../../../../src/runtime/taskmanager/state/rocksdb/write-back-cache.js'
import { WriteBuffer } from '../../../../../../src/runtime/taskmanager/state/rocksdb/write-buffer.js'
import { metadataOf } from '../../../../../../src/runtime/taskmanager/state/state-registration.js'
import { MemoryKvStore } from '../../../../../contract/runtime/memory-kv-store.js'

/** Of bytes. */
export const PLENTY = 1_000_000_000

/** One state of an operator, by key, on the disk; its store is in memory. */
export class OneCachedState {
  readonly store: MemoryKvStore
  readonly buffer: WriteBuffer
  readonly context: KeyContext = new KeyContext()
  readonly cache: WriteBackCache
  readonly entries: CachedEntries
  readonly table: CachedStateTable

  constructor(budgetBytes: number, store: MemoryKvStore = new MemoryKvStore()) {
    this.store = store
    this.buffer = new WriteBuffer(store)
    const keyKind = 'auto'
    const keyGroups = { start: 0, end: 127 }
    const entries = {
      operatorName: 'Count',
      keyKind,
      keyGroups,
      maxParallelism: 128,
      onChange: () => undefined,
    } as const
    this.cache = new WriteBackCache({ buffer: this.buffer, budgetBytes, entries })
    const serializer = structuredSerializer()
    const form = new SingleEntryForm(this.buffer, serializer)
    const types = {
      metadata: metadataOf(new ValueStateDescriptor('v')),
      serializer,
      namespaces: VOID_NAMESPACES,
      readerOf: () => undefined,
    }
    const storedKeys = new StoredKeys(budgetBytes).ofState(0, false)
    const keyCount = { keys: 0 }
    this.entries = this.cache.createEntries({ types, stateId: 0, form, storedKeys, keyCount })
    this.table = new CachedStateTable(types, {
      named: { state: 'v', operator: 'Count' },
      form,
      inStore: { stateId: 0, keyKind, keyGroups, namespaces: VOID_NAMESPACES },
      entries: this.entries,
      keyCount,
      cache: this.cache,
      buffer: this.buffer,
      newKeys: new NewKeys('Count', keyKind),
      keyShapes: new KeyShapes(keyKind),
      context: this.context,
    })
  }

  at(key: unknown): CachedStateTable {
    this.context.setKey(key, hashKey(key, 'auto'))
    return this.table
  }

  /** The number of entries of the store. */
  stored(): number {
    return this.store.range(new Uint8Array(0)).next(PLENTY).length
  }
}
