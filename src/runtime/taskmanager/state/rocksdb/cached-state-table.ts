// Duty: one keyed state whose values are objects in memory before entries of a store: the entry of the current key.
// Invariants: it is looked up once a record (a key context's sequence) and namespace, first in memory. An object that `get`
// hands out counts as changed, because its receiver may change it; it stays in memory as long as its key is the
// current one. A key that is not in memory is checked (new-keys.ts), so the key of every entry has the hash that it is
// found by; the table keeps a key of its own.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { KeyShapes } from '../../../../core/keygroups/key-shapes.js'
import { NOT_FOUND } from '../entry-table.js'
import type { NamedState } from '../given-values.js'
import type { KeyContext } from '../key-context.js'
import { VOID_NAMESPACE } from '../namespace-type.js'
import type { NewKeys } from '../new-keys.js'
import type { EntryKey, StateTypes, StoredTable } from '../state-table.js'
import type { CachedEntries } from './cached-entries.js'
import { statePrefix } from './entry-key.js'
import type { KeyCount } from './key-counts.js'
import { keysOfState, type StateInStore } from './keys-of-state.js'
import type { KvCursor } from './kv-store.js'
import type { LargeValueTable } from './large-value-table.js'
import type { StoredForm } from './stored-form.js'
import type { WriteBackCache } from './write-back-cache.js'
import type { WriteBuffer } from './write-buffer.js'

export interface CachedTableEnvironment {
  readonly named: NamedState
  readonly inStore: StateInStore
  readonly form: StoredForm
  readonly entries: CachedEntries
  readonly keyCount: KeyCount
  readonly cache: WriteBackCache
  readonly buffer: WriteBuffer
  readonly newKeys: NewKeys
  /** Of all keys that came in. */
  readonly keyShapes: KeyShapes
  readonly context: KeyContext
}

export class CachedStateTable implements LargeValueTable, StoredTable {
  readonly types: StateTypes
  readonly named: NamedState
  readonly form: StoredForm
  readonly #environment: CachedTableEnvironment
  readonly #context: KeyContext
  readonly #entries: CachedEntries
  /** The position of the key under this sequence of the context; NOT_FOUND where neither memory nor store has it. */
  #position = NOT_FOUND
  #sequence = -1
  #namespace: unknown = VOID_NAMESPACE
  #namespaceHash = 0

  constructor(types: StateTypes, environment: CachedTableEnvironment) {
    this.types = types
    this.named = environment.named
    this.form = environment.form
    this.#environment = environment
    this.#context = environment.context
    this.#entries = environment.entries
    this.#entries.isHeld = (position) => position === this.#position && this.#sequence === this.#context.sequence
  }

  get(): unknown {
    const position = this.#current()
    if (position === NOT_FOUND) return undefined
    const value = this.#entries.valueAt(position)
    if (typeof value === 'object') this.#entries.change(position)
    return value
  }

  peek(): unknown {
    const position = this.#current()
    return position === NOT_FOUND ? undefined : this.#entries.valueAt(position)
  }

  put(value: unknown): void {
    const position = this.#current()
    if (position === NOT_FOUND) this.#insertCurrent(value)
    else {
      this.#entries.replace(position, value)
      this.#environment.cache.grew()
    }
  }

  changedInPlace(): void {
    const position = this.#current()
    if (position === NOT_FOUND) return
    this.#entries.change(position)
    this.#entries.remeasure(position, this.#entries.valueAt(position))
    this.#environment.cache.grew()
  }

  saveCurrent(): void {
    const position = this.#current()
    if (position === NOT_FOUND) return
    this.#environment.cache.advanceAwaited()
    this.#entries.saveNow(position)
  }

  remove(): void {
    const position = this.#current()
    if (position === NOT_FOUND || this.#entries.valueAt(position) === undefined) return
    if (this.#entries.remove(position)) this.#position = NOT_FOUND
  }

  setCurrentNamespace(namespace: unknown): void {
    if (namespace === this.#namespace) return
    this.#namespace = namespace
    this.#namespaceHash = this.types.namespaces.hash(namespace)
    this.#sequence = -1
  }

  entryKeys(): Iterable<EntryKey> {
    const { inStore, buffer } = this.#environment
    return keysOfState(inStore, this.#entries, buffer)
  }

  get size(): number {
    return this.#environment.keyCount.keys
  }

  get inStore(): StateInStore {
    return this.#environment.inStore
  }

  get currentNamespace(): unknown {
    return this.#namespace
  }

  /** As the store has them now. */
  entriesIn(keyGroup: number): KvCursor {
    return this.#environment.buffer.range(statePrefix(keyGroup, this.inStore.stateId))
  }

  writeValueOf(place: EntryKey, output: DataOutputView): boolean {
    const value = this.#entries.valueOf(place, place.keyHash ^ this.types.namespaces.hash(place.namespace))
    if (value === undefined) return false
    this.form.writeWhole(value, output)
    return true
  }

  /** Mostly some are in memory: then nobody reads the store. */
  hasEntries(): boolean {
    if (this.#entries.hasValue()) return true
    const [first] = this.entryKeys()
    return first !== undefined
  }

  /** In the namespace of the last record. */
  prefetch(keyHashes: readonly number[], start: number, end: number): void {
    this.#entries.prefetch(keyHashes, start, end, this.#namespaceHash)
  }

  #current(): number {
    return this.#sequence === this.#context.sequence ? this.#position : this.#lookUp()
  }

  #lookUp(): number {
    const context = this.#context
    if (!context.hasKey) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { ...this.named })
    const hash = context.keyHash ^ this.#namespaceHash
    let position = this.#entries.find(context.key, this.#namespace, hash)
    if (position === NOT_FOUND) position = this.#read(hash)
    this.#position = position
    this.#sequence = context.sequence
    return position
  }

  #read(hash: number): number {
    const key = this.#ownKey()
    const namespace = this.#namespace
    const value = this.#entries.read({ key, keyHash: this.#context.keyHash, namespace }, hash)
    if (value === undefined) {
      this.#environment.newKeys.acceptShape(key, this.named.state)
      return NOT_FOUND
    }
    this.#environment.cache.makeRoom()
    return this.#entries.insertRead({ key, namespace, value }, hash)
  }

  /** One hash a record whose key is not in memory of some state. */
  #ownKey(): unknown {
    const context = this.#context
    if (!context.hasOwn) context.setOwn(this.#environment.newKeys.checked(context.key, context.keyHash))
    return context.own
  }

  #insertCurrent(value: unknown): void {
    const { cache, keyShapes } = this.#environment
    cache.makeRoom()
    const key = this.#ownKey()
    keyShapes.add(key)
    const entry = { key, namespace: this.#namespace, value }
    this.#position = this.#entries.insertNew(entry, this.#context.keyHash ^ this.#namespaceHash)
  }
}
