// Duty: what tables of values with a time to live have in common, wherever the times lie: what goes on to the table below.
// Invariants: `get`, `peek` and `put` are each table's own: shared by both, the calls of a record would have two shapes.
// Thread: the task worker that owns the backend.
import type { NamedState } from '../given-values.js'
import type { EntryKey, StateTable, StateTypes } from '../state-table.js'
import type { ExpiringState, TimeToLive } from './time-to-live.js'
import { TtlSerializer } from './ttl-serializer.js'

export abstract class ExpiringTable<T extends StateTable> implements StateTable, ExpiringState {
  readonly types: StateTypes
  protected readonly table: T
  protected readonly ttl: TimeToLive

  constructor(table: T, ttl: TimeToLive) {
    this.types = typesOfValues(table.types)
    this.table = table
    this.ttl = ttl
  }

  get named(): NamedState {
    return this.table.named
  }

  abstract get(): unknown
  abstract peek(): unknown
  abstract put(value: unknown): void
  abstract removeExpired(): void

  changedInPlace(): void {
    this.table.changedInPlace()
  }

  remove(): void {
    this.ttl.accessed()
    this.table.remove()
  }

  setCurrentNamespace(namespace: unknown): void {
    this.table.setCurrentNamespace(namespace)
  }

  /** Those that have expired, and are still there, as well. */
  entryKeys(): Iterable<EntryKey> {
    return this.table.entryKeys()
  }
}

/** Of the values themselves. */
function typesOfValues(types: StateTypes): StateTypes {
  const { serializer } = types
  return serializer instanceof TtlSerializer ? { ...types, serializer: serializer.inner } : types
}
