// Duty: one keyed state as the state classes see it, whatever holds it: the value of the current key in the namespace
// that was set last.
// Invariants: `get` may hand out an object; a change in it is kept for certain only when `changedInPlace` or
// `put` follows before the key or the namespace changes.
// Thread: the task worker that owns the backend.
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { StateMetadata } from '../../../storage/state-handles.js'
import type { NamedState } from './given-values.js'
import type { ValuesInMemory } from './internal-state.js'
import type { AnyNamespaceType } from './namespace-type.js'
import type { TimeToLive } from './ttl/time-to-live.js'
import { asyncNotAllowed, isThenable, resultMissing, stateMethod } from './thenable.js'

/** How a state is called and written. */
export interface StateTypes {
  readonly metadata: StateMetadata
  readonly serializer: TypeSerializer<unknown>
  readonly namespaces: AnyNamespaceType
  /** Absent where values live for ever. */
  readonly ttl?: TimeToLive | undefined
  /** Reads what a snapshot has of the state; undefined where the serializer does. Throws where nothing can. */
  readonly readerOf: (stored: StateMetadata) => TypeSerializer<unknown> | undefined
}

/** An entry's place. */
export interface EntryKey {
  readonly key: unknown
  readonly keyHash: number
  readonly namespace: unknown
}

export interface StateTable {
  readonly types: StateTypes
  /** For errors. */
  readonly named: NamedState
  /** The value of the current key and namespace, undefined when there is none. */
  get(): unknown
  /** As `get`, for those who change nothing in it, and keep it no longer than until the next call. */
  peek(): unknown
  put(value: unknown): void
  /** The object that `get` handed out, or `put` took, was changed. */
  changedInPlace(): void
  remove(): void
  /** The table itself, where it keeps the times of accesses beside the values. */
  readonly timed?: TimedTable
  /** At the moment a `get` may cost a copy that a `put` does not: a snapshot runs. */
  readonly copiesOnWrite?: boolean
  /** Undefined where some values may be elsewhere. */
  readonly inMemory?: ValuesInMemory | undefined
  /** Holds until the next call; the void namespace at first. */
  setCurrentNamespace(namespace: unknown): void
  /** Where there are entries, in any order; no entry may come or go meanwhile. */
  entryKeys(): Iterable<EntryKey>
}

/** The table of a backend itself, which knows more keys than the current one. */
export interface StoredTable extends StateTable {
  /** Entries there are; NaN where only a walk over them could tell. */
  readonly size: number
  /**
   * The value of any key and namespace, in the form in which every backend restores it; false where there is none. Nothing
   * changes by it, nor counts as used.
   */
  writeValueOf(place: EntryKey, output: DataOutputView): boolean
}

/** A table that keeps the time of the last access beside each value. */
export interface TimedTable extends StateTable {
  /** Of the current key and namespace; NOT_FOUND where there is no entry. */
  currentPosition(): number
  /** Of the entry at the position. */
  lastAccessMsAt(position: number): number
  /** The living object of an entry, to be changed. */
  ownAt(position: number): unknown
  /** Puts a value that was accessed then. */
  putAt(value: unknown, nowMs: number): void
  /** The entry at the position was accessed. */
  accessedAt(position: number, nowMs: number): void
}

/** What a reducer or aggregator of a state gave: it has to give something, and at once. Called for each record: texts are made for errors only. */
export function stateResult(result: unknown, method: string, table: Pick<StateTable, 'named'>): unknown {
  if (result === undefined) {
    const { state, operator } = table.named
    throw resultMissing(operator, stateMethod(method, state))
  }
  if (isThenable(result)) {
    const { state, operator } = table.named
    throw asyncNotAllowed(result, operator, stateMethod(method, state))
  }
  return result
}
