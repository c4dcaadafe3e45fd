// Duty: the entries of one state, found by (key, namespace) with the hash at hand: an index of hashes (hash-index.ts) over dense
// lists of keys and values (entry-list.ts), hashes and namespaces: finding touches two cache lines and the key's text. Figures
// (Node 20, 100,000 fresh keys): 14 M/s, Map, which hashes the text again, 8 M/s.
// Invariants: an entry keeps its position until it is removed, so a position may be remembered. A position that became free
// keeps its key and hash while it is `retired`: a running snapshot may still read them; `reclaim` lets it be used again. Nothing
// that grows is copied or moved as a whole once it is large: the longest insertion of 10,000,000 takes 10 ms, and took 230 before.
// Thread: the task worker that owns the backend.
import { keysEqual, type KeyKind } from '../../../core/keygroups/canonical-key.js'
import { EntriesAhead, TOUCHED_TOGETHER, type ValuesAhead } from './entries-ahead.js'
import { EntryList } from './entry-list.js'
import { grownInt32 } from './growing-numbers.js'
import { HashIndex, homeOf } from './hash-index.js'
import { namespaceColumn, type NamespaceColumn } from './namespace-column.js'
import { VOID_NAMESPACE, VOID_NAMESPACES, type AnyNamespaceType } from './namespace-type.js'
import { PositionList } from './position-list.js'

/** The value of a position without an entry. No state holds a symbol. */
export const NO_ENTRY: unique symbol = Symbol('no entry')
/** What `find` says when there is none. */
export const NOT_FOUND = -1

const INITIAL_CAPACITY = 64
/** Of retired positions, at the end of a snapshot and with each entry that comes after it. */
const RECLAIMED_AT_ONCE = 4096
const RECLAIMED_AN_INSERTION = 8

/** How large parts are, so that a test needs few entries for many of them. */
export interface EntryTableParts {
  readonly chunkBits: number
  readonly leastSlicedSlots: number
  readonly slotsASlice: number
  readonly reclaimedAtOnce: number
}

export interface EntryTableOptions {
  /** Where a value is more than a word. */
  readonly valuesAhead?: ValuesAhead | undefined
  /** A power of 2. */
  readonly initialCapacity?: number | undefined
  readonly parts?: EntryTableParts | undefined
}

/** Twelve fields, as parallel lists and the numbers beside them make a lookup two cache lines. */
export class EntryTable {
  readonly #keyKind: KeyKind
  readonly #index: HashIndex
  readonly #entries: EntryList
  readonly #ahead: EntriesAhead
  #hashes: Int32Array
  /** Undefined where they are all void. */
  readonly #namespaces: NamespaceColumn | undefined
  readonly #free = new PositionList()
  readonly #retired = new PositionList()
  /** Positions are left of those that may be reclaimed. */
  #isReclaiming = false
  readonly #reclaimedAtOnce: number
  #limit = 0
  #size = 0

  constructor(keyKind: KeyKind, namespaceType: AnyNamespaceType, options: EntryTableOptions = {}) {
    const { valuesAhead, initialCapacity = INITIAL_CAPACITY, parts } = options
    this.#index = new HashIndex({ initialCapacity, ...parts })
    this.#entries = new EntryList(parts?.chunkBits)
    this.#ahead = new EntriesAhead(this.#index, this.#entries, valuesAhead)
    this.#hashes = new Int32Array(initialCapacity)
    this.#keyKind = keyKind
    this.#namespaces = namespaceType === VOID_NAMESPACES ? undefined : namespaceColumn(namespaceType)
    this.#reclaimedAtOnce = parts?.reclaimedAtOnce ?? RECLAIMED_AT_ONCE
  }

  /** Undefined where the namespaces are void. */
  get namespaces(): NamespaceColumn | undefined {
    return this.#namespaces
  }

  get size(): number {
    return this.#size
  }

  /** All positions are below. */
  get limit(): number {
    return this.#limit
  }

  /** What was touched ahead last. */
  get touched(): number {
    return this.#ahead.touched
  }

  /** Its index grows in slices at the moment. */
  get isMoving(): boolean {
    return this.#index.isMoving
  }

  find(key: unknown, namespace: unknown, hash: number): number {
    const { slots, shift } = this.#index
    const entries = this.#entries
    const mask = slots.length - 1
    let slot = homeOf(hash, shift)
    for (;;) {
      const position = (slots[slot + 1] as number) - 1
      if (position < 0) return NOT_FOUND
      if (slots[slot] === hash) {
        const found = entries.keyAt(position)
        // Identity first: it is the case of strings and numbers, and inlined.
        const isSameKey = found === key || keysEqual(found, key, this.#keyKind)
        if (isSameKey && this.#hasNamespace(position, namespace)) return position
      }
      slot = (slot + 2) & mask
    }
  }

  /** Touches the entries of these keys in the namespace with this hash (0: the void one). */
  prefetch(hashes: readonly number[], start: number, end: number, namespaceHash = 0): void {
    if (!this.#ahead.isFor(this.#size)) return
    for (let from = start; from < end; from += TOUCHED_TOGETHER)
      this.#ahead.touchHashes(hashes, from, Math.min(end, from + TOUCHED_TOGETHER), namespaceHash)
  }

  /** Touches the entries at some positions, at most TOUCHED_TOGETHER of them, as `prefetch` does. */
  touch(positions: Int32Array, start: number, end: number): void {
    if (this.#ahead.isFor(this.#size)) this.#ahead.touchPositions(positions, start, end)
  }

  /** Key and namespace must not be there yet. With `reuse` it may take a position that became free. */
  insert(entry: { key: unknown; namespace: unknown; value: unknown }, hash: number, reuse: boolean): number {
    if (this.#isReclaiming) this.#reclaimSome(RECLAIMED_AN_INSERTION)
    const position = reuse && this.#free.size > 0 ? this.#free.pop() : this.#limit
    if (position === this.#limit) this.#append(entry)
    else this.#entries.setAt(position, entry.key, entry.value)
    this.#hashes[position] = hash
    this.#namespaces?.set(position, entry.namespace)
    this.#size += 1
    this.#index.insert(hash, position, this.#size)
    return position
  }

  /** Without `reuse` the position is retired: it must be reclaimed before it is used again. */
  remove(position: number, reuse: boolean): void {
    this.#index.remove(this.hashAt(position), position)
    this.#entries.setValueAt(position, NO_ENTRY)
    this.#size -= 1
    if (reuse) this.#release(position)
    else this.#retire(position)
  }

  /** No snapshot runs: what was retired may be used again. Of many, most with the insertions that follow. */
  reclaim(): void {
    this.#reclaimSome(this.#reclaimedAtOnce)
  }

  /** NO_ENTRY where there is none. */
  valueAt(position: number): unknown {
    return this.#entries.valueAt(position)
  }

  setValueAt(position: number, value: unknown): void {
    this.#entries.setValueAt(position, value)
  }

  keyAt(position: number): unknown {
    return this.#entries.keyAt(position)
  }

  namespaceAt(position: number): unknown {
    return this.#namespaces === undefined ? VOID_NAMESPACE : this.#namespaces.at(position)
  }

  /** Hash of key and namespace. */
  hashAt(position: number): number {
    return this.#hashes[position] as number
  }

  keyHashAt(position: number): number {
    const hash = this.hashAt(position)
    return this.#namespaces === undefined ? hash : hash ^ this.#namespaces.hashAt(position)
  }

  #retire(position: number): void {
    this.#retired.push(position)
    this.#isReclaiming = false
  }

  #reclaimSome(most: number): void {
    const retired = this.#retired
    for (let left = Math.min(most, retired.size); left > 0; left -= 1) this.#release(retired.pop())
    this.#isReclaiming = retired.size > 0
  }

  #release(position: number): void {
    this.#entries.setKeyAt(position, undefined)
    this.#namespaces?.clear(position)
    this.#free.push(position)
  }

  #hasNamespace(position: number, namespace: unknown): boolean {
    return this.#namespaces === undefined || this.#namespaces.has(position, namespace)
  }

  #append({ key, value }: { key: unknown; value: unknown }): void {
    const position = this.#limit
    this.#limit += 1
    if (position === this.#hashes.length) this.#hashes = grownInt32(this.#hashes, 2 * position)
    this.#entries.append(position, key, value)
  }
}
