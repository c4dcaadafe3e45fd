// Duty: the entries of one state that are in memory, and how each stands to the store.
// Invariants: what is here is right, whatever the store has; a value that is undefined is a removal, or nothing, which the
// store may not know of. An entry that a snapshot awaits is put aside before it changes, or goes to the store. One that changed
// since the barrier does not go there while a snapshot waits, nor does the entry of the current key, whose
// receiver may still change it; neither leaves. A value that cannot be stored stays.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { KeyKind } from '../../../../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../../core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../../core/keygroups/key-group-range.js'
import { EntryTable, NO_ENTRY, NOT_FOUND } from '../entry-table.js'
import type { StateEntry } from '../key-group-block.js'
import { stateNotStorable } from '../state-not-serializable.js'
import type { EntryKey, StateTypes } from '../state-table.js'
import { AwaitedOrder, type AwaitedPositions } from './awaited-order.js'
import { CHANGED, PUT_ASIDE, REFERENCED, REMOVED, REPLACED, STORED, type CacheMarks } from './cache-marks.js'
import type { KeyCount } from './key-counts.js'
import { PrefixEncoder } from './prefix-encoder.js'
import type { PrefixRun } from './prefix-run.js'
import type { StoredForm } from './stored-form.js'
import type { StoredKeysOfState } from './stored-keys.js'
import { sizeOfValue } from './value-size.js'
import { ValuesAside } from './values-aside.js'
import type { WriteBuffer } from './write-buffer.js'

export interface CachedEntriesEnvironment {
  readonly operatorName: string
  readonly keyKind: KeyKind
  readonly keyGroups: KeyGroupRange
  readonly maxParallelism: number
  readonly buffer: WriteBuffer
  readonly marks: CacheMarks
  /** An entry of the store changes with the batch of the buffer. */
  readonly onChange: (prefix: Uint8Array) => void
}

export interface CachedEntriesParameters {
  readonly types: StateTypes
  readonly stateId: number
  readonly form: StoredForm
  readonly storedKeys: StoredKeysOfState
  /** Of the store and of what is here. */
  readonly keyCount: KeyCount
}

/** Of an entry beside its key and value: its places in the index, which is at most half full, and in four lists. */
const ENTRY_BYTES = 88
/**
 * A value that grows in place is measured once in so many changes; also when the cache looks for room. A prime: keys that come in
 * turn are to come all.
 */
const CHANGES_BETWEEN_MEASURES = 7
const INITIAL_CAPACITY = 64

/** Twelve fields, as flags and sizes lie in lists beside the table. */
export class CachedEntries implements AwaitedPositions {
  readonly types: StateTypes
  /** Whether it is the entry of the current key. */
  isHeld: (position: number) => boolean = () => false
  readonly #environment: CachedEntriesEnvironment
  readonly #form: StoredForm
  readonly #prefixes: PrefixEncoder
  readonly #table: EntryTable
  #flags = new Uint8Array(INITIAL_CAPACITY)
  #sizes = new Float64Array(INITIAL_CAPACITY)
  #changes = 0
  readonly #storedKeys: StoredKeysOfState
  readonly #keyCount: KeyCount
  readonly #aside: ValuesAside

  constructor(parameters: CachedEntriesParameters, environment: CachedEntriesEnvironment) {
    const { types, stateId, form, storedKeys, keyCount } = parameters
    const { keyKind, maxParallelism } = environment
    const { namespaces } = types
    this.types = types
    this.#environment = environment
    this.#form = form
    this.#prefixes = new PrefixEncoder({ keyKind, maxParallelism, stateId, namespaces })
    this.#table = new EntryTable(keyKind, namespaces)
    this.#storedKeys = storedKeys
    this.#keyCount = keyCount
    this.#aside = new ValuesAside(environment.marks)
  }

  /** All positions are below. */
  get limit(): number {
    return this.#table.limit
  }

  /** Of an entry in memory; NOT_FOUND where it may be in the store. */
  find(key: unknown, namespace: unknown, hash: number): number {
    const position = this.#table.find(key, namespace, hash)
    if (position !== NOT_FOUND) this.#flags[position] = (this.#flags[position] as number) | REFERENCED
    return position
  }

  /** What the store has of a key that is not in memory: undefined where it has nothing. The hash is that of key and namespace. */
  read({ key, keyHash, namespace }: EntryKey, hash: number): unknown {
    if (!this.#storedKeys.mayHave(hash)) return undefined
    return this.#form.read(this.#prefixes.encode(key, keyHash, namespace))
  }

  /** Of any key, for a look: it does not count as used. Undefined where there is none. */
  valueOf(place: EntryKey, hash: number): unknown {
    const position = this.#table.find(place.key, place.namespace, hash)
    return position === NOT_FOUND ? this.read(place, hash) : this.#table.valueAt(position)
  }

  /** An entry as it was read. Who is used only once leaves first. */
  insertRead(entry: StateEntry, hash: number): number {
    return this.#insert(entry, hash, STORED)
  }

  /** An entry that neither memory nor store had. */
  insertNew(entry: StateEntry, hash: number): number {
    this.#keyCount.keys += 1
    return this.#insert(entry, hash, this.#environment.marks.changed)
  }

  /** Undefined where there is none. */
  valueAt(position: number): unknown {
    return this.#table.valueAt(position)
  }

  /** Before it changes, by whomever. */
  change(position: number): void {
    const { marks } = this.#environment
    const flags = this.#flags[position] as number
    if ((flags & marks.awaited) !== 0 && (flags & PUT_ASIDE) === 0) this.#saveAhead(position)
    this.#flags[position] = (this.#flags[position] as number) | marks.changed
  }

  replace(position: number, value: unknown): void {
    this.change(position)
    if (((this.#flags[position] as number) & REMOVED) !== 0) this.#comeBack(position)
    if (!this.#form.isOneEntry) this.#markReplaced(position, value)
    this.#table.setValueAt(position, value)
    this.remeasure(position, value)
  }

  /** Whenever it may have become larger. */
  remeasure(position: number, value: unknown): void {
    if (typeof value === 'number') return
    this.#changes += 1
    if (this.#changes % CHANGES_BETWEEN_MEASURES === 0) this.#measure(position)
  }

  /** The value goes to the store before it has to, and stays in memory, unless a snapshot waits. */
  saveNow(position: number): void {
    if (this.#environment.marks.awaited !== 0 || ((this.#flags[position] as number) & CHANGED) === 0) return
    this.#save(position)
    this.#measure(position)
  }

  /** Of one that is there. True when nothing is left at the position. */
  remove(position: number): boolean {
    this.change(position)
    this.#keyCount.keys -= 1
    if (((this.#flags[position] as number) & (STORED | PUT_ASIDE)) === 0) {
      this.#drop(position)
      return true
    }
    this.#flags[position] = (this.#flags[position] as number) | REMOVED
    this.#table.setValueAt(position, undefined)
    this.#measure(position)
    return false
  }

  /** Touches what `find` will look at. */
  prefetch(keyHashes: readonly number[], start: number, end: number, namespaceHash: number): void {
    this.#table.prefetch(keyHashes, start, end, namespaceHash)
  }

  /** Unless it was used since the last time, what is at the position leaves memory. True when there is room now. */
  evict(position: number): boolean {
    if (this.#table.valueAt(position) === NO_ENTRY) return false
    const flags = this.#flags[position] as number
    if ((flags & REFERENCED) !== 0) {
      this.#flags[position] = flags - REFERENCED
      this.#measure(position)
      return false
    }
    if (this.isHeld(position) || !this.#mayLeave(position)) return false
    this.#drop(position)
    return true
  }

  /** Those that a snapshot awaits, as they are to go to the store. */
  awaitedOrder(run: PrefixRun): AwaitedOrder {
    return new AwaitedOrder(this, this.#environment.keyGroups, run)
  }

  isAwaited(position: number): boolean {
    return ((this.#flags[position] as number) & this.#environment.marks.awaited) !== 0
  }

  keyGroupAt(position: number): number {
    return keyGroupForHash(this.#table.keyHashAt(position), this.#environment.maxParallelism)
  }

  prefixAt(position: number): Uint8Array {
    const table = this.#table
    return this.#prefixes.encode(table.keyAt(position), table.keyHashAt(position), table.namespaceAt(position))
  }

  /** The entry at the position, with its prefix, goes to the store, if a snapshot awaits it. True when it did. */
  saveAwaited(position: number, prefix: Uint8Array): boolean {
    if (!this.isAwaited(position)) return false
    if (((this.#flags[position] as number) & PUT_ASIDE) !== 0) this.#savePutAside(position, prefix)
    else {
      this.#save(position, prefix)
      if (this.#table.valueAt(position) === undefined && !this.isHeld(position)) this.#drop(position)
    }
    return true
  }

  awaitedAreSaved(): void {
    this.#aside.clear()
  }

  /** What was awaited is changed, and no more. */
  awaitNone(): void {
    const { awaited, changed } = this.#environment.marks
    const flags = this.#flags
    for (let position = 0; position < this.limit; position += 1) {
      const found = flags[position] as number
      if ((found & awaited) !== 0) flags[position] = (found & ~(awaited | PUT_ASIDE)) | changed
    }
    this.#aside.clear()
  }

  /** Any that is no removal. */
  hasValue(): boolean {
    for (let position = 0; position < this.limit; position += 1) {
      const value = this.#table.valueAt(position)
      if (value !== NO_ENTRY && value !== undefined) return true
    }
    return false
  }

  /** Entries of which the store knows nothing. */
  keysBesideStore(): EntryKey[] {
    const found: EntryKey[] = []
    for (let position = 0; position < this.limit; position += 1) {
      const value = this.#table.valueAt(position)
      if (value === NO_ENTRY || value === undefined || ((this.#flags[position] as number) & STORED) !== 0) continue
      const [key, keyHash] = [this.#table.keyAt(position), this.#table.keyHashAt(position)]
      found.push({ key, keyHash, namespace: this.#table.namespaceAt(position) })
    }
    return found
  }

  /** Prefixes of entries that the store has, and that are no more. */
  removedPrefixes(): Uint8Array[] {
    const found: Uint8Array[] = []
    for (let position = 0; position < this.limit; position += 1) {
      if (this.#table.valueAt(position) !== undefined || ((this.#flags[position] as number) & STORED) === 0) continue
      found.push(this.prefixAt(position).slice())
    }
    return found
  }

  #insert(entry: StateEntry, hash: number, flags: number): number {
    const position = this.#table.insert(entry, hash, true)
    if (position >= this.#flags.length) this.#grow()
    this.#assertOwnKeyGroup(position)
    this.#flags[position] = flags
    this.#sizes[position] = 0
    this.#measure(position)
    return position
  }

  #drop(position: number): void {
    this.#environment.marks.usedBytes -= this.#sizes[position] as number
    this.#flags[position] = 0
    this.#table.remove(position, true)
  }

  /** A change is saved first; what the snapshot that waits is not about has to wait for it. */
  #mayLeave(position: number): boolean {
    const { marks } = this.#environment
    const flags = this.#flags[position] as number
    if ((flags & CHANGED) === 0) return true
    if (marks.awaited === 0) {
      this.#save(position)
      return true
    }
    if ((flags & marks.changed) !== 0) return false
    try {
      this.#save(position)
      return true
    } catch (error) {
      marks.spoilAwaited(error)
      return false
    }
  }

  /** What cannot be stored fails the snapshot that awaits it, and not the record. */
  #saveAhead(position: number): void {
    try {
      if (!this.#putAside(position)) this.#save(position)
    } catch (error) {
      this.#environment.marks.spoilAwaited(error)
    }
  }

  /** False where it has to go to the store. */
  #putAside(position: number): boolean {
    const value = this.#table.valueAt(position)
    const bytes = value === undefined ? undefined : this.#bytesOf(position, value)
    if (bytes === undefined || !this.#aside.put(position, bytes, this.limit)) return false
    this.#flags[position] = (this.#flags[position] as number) | PUT_ASIDE
    return true
  }

  /** It has another value by now. */
  #savePutAside(position: number, prefix: Uint8Array): void {
    const { buffer, onChange, marks } = this.#environment
    const flags = this.#flags[position] as number
    buffer.batch.put(prefix, this.#aside.get(position))
    onChange(prefix)
    this.#flags[position] = (flags & ~(marks.awaited | PUT_ASIDE)) | STORED
    if ((flags & STORED) === 0) this.#storedKeys.changed(this.#table.hashAt(position), 1)
    buffer.added()
  }

  #save(position: number, prefix: Uint8Array = this.prefixAt(position)): void {
    const { buffer, onChange } = this.#environment
    const flags = this.#flags[position] as number
    const value = this.#table.valueAt(position)
    const isRemoved = value === undefined
    if (isRemoved ? (flags & STORED) !== 0 : (flags & REPLACED) !== 0) this.#form.remove(prefix, buffer.batch)
    if (!isRemoved) this.#write(position, prefix, value)
    onChange(prefix)
    this.#flags[position] = (flags & (REFERENCED | REMOVED)) | (isRemoved ? 0 : STORED)
    const wasStored = (flags & STORED) !== 0
    if (wasStored === isRemoved) this.#storedKeys.changed(this.#table.hashAt(position), isRemoved ? -1 : 1)
    buffer.added()
  }

  #write(position: number, prefix: Uint8Array, value: unknown): void {
    try {
      this.#form.write(prefix, value, this.#environment.buffer.batch)
      if (this.#form.mayBeNothing?.(value) === true) this.#keyCount.keys = NaN
    } catch (error) {
      throw this.#notStorable(position, error)
    }
  }

  #bytesOf(position: number, value: unknown): Uint8Array | undefined {
    try {
      return this.#form.bytesOf?.(value)
    } catch (error) {
      throw this.#notStorable(position, error)
    }
  }

  #notStorable(position: number, error: unknown): unknown {
    const { name: state } = this.types.metadata
    const { operatorName: operator } = this.#environment
    return stateNotStorable(error, { state, operator, key: this.#table.keyAt(position) })
  }

  #comeBack(position: number): void {
    this.#flags[position] = (this.#flags[position] as number) - REMOVED
    this.#keyCount.keys += 1
  }

  #markReplaced(position: number, value: unknown): void {
    const flags = this.#flags[position] as number
    if ((flags & STORED) === 0 || this.#table.valueAt(position) === value) return
    this.#flags[position] = flags | REPLACED
  }

  #measure(position: number): void {
    const before = this.#sizes[position] as number
    const now =
      ENTRY_BYTES + sizeOfValue(this.#table.keyAt(position)) + this.#form.sizeOf(this.#table.valueAt(position))
    this.#sizes[position] = now
    this.#environment.marks.usedBytes += now - before
  }

  #grow(): void {
    const flags = new Uint8Array(2 * this.#flags.length)
    flags.set(this.#flags)
    this.#flags = flags
    const sizes = new Float64Array(flags.length)
    sizes.set(this.#sizes)
    this.#sizes = sizes
  }

  #assertOwnKeyGroup(position: number): void {
    const { keyGroups, operatorName } = this.#environment
    const keyGroup = this.keyGroupAt(position)
    if (keyGroup >= keyGroups.start && keyGroup <= keyGroups.end) return
    const what = `key group ${String(keyGroup)} does not belong to this subtask of ${operatorName}`
    throw new FlinkError('ASSERTION_FAILED', { what })
  }
}
