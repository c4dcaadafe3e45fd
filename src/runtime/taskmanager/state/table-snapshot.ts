// Duty: one state as it was when a snapshot began, while the living table goes on (copy on write, as Flink's
// CopyOnWriteStateMap).
// Invariants: beginning costs nothing but a byte a position. A value that is replaced or removed before it was written
// is preserved here first; once it was written, or preserved, the living table may do with it what it likes. Positions
// at or above `limit` came later. A value that cannot be preserved spoils the snapshot: it preserves nothing any more,
// and reading it fails. In a snapshot of changes alone the entries that did not change count as written from the start.
// Thread: the task worker that owns the backend.
import { NO_ENTRY, type EntryTable } from './entry-table.js'

const LIVING = 0
const PRESERVED = 1
const WRITTEN = 2

/** Preserved values lie in chunks that are made where needed: three times as fast as a Map by position. */
const CHUNK_BITS = 10
const CHUNK_MASK = (1 << CHUNK_BITS) - 1

export class TableSnapshot {
  readonly limit: number
  /** Of a snapshot of changes: the positions of its entries, each once. */
  readonly changed: readonly number[] | undefined
  readonly #table: EntryTable
  readonly #states: Uint8Array
  readonly #chunks: (unknown[] | undefined)[] = []
  #spoiledBy: { readonly reason: unknown } | undefined

  /** With `changed`, which may name positions twice or without an entry, of these alone. */
  constructor(table: EntryTable, changed?: readonly (readonly number[])[]) {
    this.limit = table.limit
    this.#table = table
    this.#states = new Uint8Array(table.limit)
    this.changed = changed === undefined ? undefined : this.#choose(changed)
  }

  /** True when the living value at the position must not be changed before it was preserved. */
  needs(position: number): boolean {
    return position < this.limit && this.#states[position] === LIVING && this.#spoiledBy === undefined
  }

  /** True when there was an entry at the position and it was not written yet. */
  hasEntry(position: number): boolean {
    const state = this.#states[position]
    return state === PRESERVED || (state === LIVING && this.#table.valueAt(position) !== NO_ENTRY)
  }

  #choose(changed: readonly (readonly number[])[]): number[] {
    this.#states.fill(WRITTEN)
    const chosen: number[] = []
    for (const positions of changed) {
      for (const position of positions) {
        if (this.#states[position] === LIVING || this.#table.valueAt(position) === NO_ENTRY) continue
        this.#states[position] = LIVING
        chosen.push(position)
      }
    }
    return chosen
  }

  /** Keeps the living value for this snapshot; it must be needed. */
  preserve(position: number): void {
    this.#states[position] = PRESERVED
    const chunk = (this.#chunks[position >>> CHUNK_BITS] ??= new Array<unknown>(CHUNK_MASK + 1))
    chunk[position & CHUNK_MASK] = this.#table.valueAt(position)
  }

  /** A value that it needs will change and could not be preserved: whoever reads on is told the reason. */
  spoil(reason: unknown): void {
    this.#spoiledBy ??= { reason }
    this.#chunks.length = 0
  }

  /** The value that the entry at the position had when the snapshot began. */
  valueAt(position: number): unknown {
    if (this.#spoiledBy !== undefined) throw this.#spoiledBy.reason
    if (this.#states[position] !== PRESERVED) return this.#table.valueAt(position)
    return this.#chunks[position >>> CHUNK_BITS]?.[position & CHUNK_MASK]
  }

  /** The value was written: nobody needs it any more. */
  markWritten(position: number): void {
    if (this.#states[position] === PRESERVED) {
      const chunk = this.#chunks[position >>> CHUNK_BITS]
      if (chunk !== undefined) chunk[position & CHUNK_MASK] = undefined
    }
    this.#states[position] = WRITTEN
  }
}
