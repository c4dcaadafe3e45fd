// Duty: one state as it was when a snapshot began, while the living table goes on (copy on write, as Flink's
// CopyOnWriteStateMap).
// Invariants: beginning costs nothing but a byte a position. A value that is replaced or removed before it was written
// is preserved here first; once it was written, or preserved, the living table may do with it what it likes. Positions
// at or above `limit` came later. A value that cannot be preserved spoils the snapshot: it preserves nothing any more,
// and reading it fails. A snapshot of changes alone asks the change log what changed before it began, so whatever changes is
// preserved before the log is told; its positions are taken from the log when it is written, each once.
// Thread: the task worker that owns the backend.
import type { Changes } from './change-log.js'
import { NO_ENTRY } from './entry-table.js'
import { PreservedObjects, type PreservedValues } from './preserved-values.js'

const LIVING = 0
const PRESERVED = 1
const WRITTEN = 2
/** Beside the others: a position of a snapshot of changes that was taken. */
const TAKEN = 4

/** The living table. */
export interface SnapshotSource {
  readonly limit: number
  /** NO_ENTRY where there is none. What it gives may be another's by the next call. */
  valueAt(position: number): unknown
  /** Where a value is kept in parts; else as `valueAt` gives it. */
  readonly createPreserved?: () => PreservedValues
}

export class TableSnapshot {
  readonly limit: number
  /** Of a snapshot of changes alone. */
  readonly changes: Changes | undefined
  readonly #table: SnapshotSource
  readonly #states: Uint8Array
  readonly #preserved: PreservedValues
  #spoiledBy: { readonly reason: unknown } | undefined

  constructor(table: SnapshotSource, changes?: Changes) {
    this.limit = table.limit
    this.#table = table
    this.#preserved = table.createPreserved?.() ?? new PreservedObjects(table)
    this.#states = new Uint8Array(table.limit)
    this.changes = changes
  }

  /** True when the living value at the position must not be changed before it was preserved. */
  needs(position: number): boolean {
    if (position >= this.limit || this.#spoiledBy !== undefined) return false
    const state = this.#states[position] as number
    return (state & ~TAKEN) === LIVING && (state === TAKEN || this.changes?.has(position) !== false)
  }

  /** True when there was an entry at the position and it was not written yet. Of changes alone: of a position that was taken. */
  hasEntry(position: number): boolean {
    const state = (this.#states[position] as number) & ~TAKEN
    return state === PRESERVED || (state === LIVING && this.#table.valueAt(position) !== NO_ENTRY)
  }

  /** Of one of the changes: true the first time that it is asked, where there was an entry. */
  take(position: number): boolean {
    const state = this.#states[position] as number
    if ((state & TAKEN) !== 0 || !this.hasEntry(position)) return false
    this.#states[position] = state | TAKEN
    return true
  }

  /** Keeps the living value for this snapshot; it must be needed. */
  preserve(position: number): void {
    this.#states[position] = PRESERVED | ((this.#states[position] as number) & TAKEN)
    this.#preserved.keep(position)
  }

  /** A value that it needs will change and could not be preserved: whoever reads on is told the reason. */
  spoil(reason: unknown): void {
    this.#spoiledBy ??= { reason }
    this.#preserved.clear()
  }

  /** The value that the entry at the position had when the snapshot began; until the next call. */
  valueAt(position: number): unknown {
    if (this.#spoiledBy !== undefined) throw this.#spoiledBy.reason
    if (((this.#states[position] as number) & PRESERVED) === 0) return this.#table.valueAt(position)
    return this.#preserved.valueAt(position)
  }

  /** The value was written: nobody needs it any more. */
  markWritten(position: number): void {
    if (((this.#states[position] as number) & PRESERVED) !== 0) this.#preserved.drop(position)
    this.#states[position] = WRITTEN | TAKEN
  }
}
