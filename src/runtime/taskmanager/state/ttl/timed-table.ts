// Duty: a table that keeps the time of the last access beside each value.
// Thread: the task worker that owns the backend.
import type { StateTable } from '../state-table.js'

export interface TimedTable extends StateTable {
  /** Of the current key and namespace; undefined where there is no entry. */
  lastAccessMs(): number | undefined
  /** Puts a value that was accessed then. */
  putAt(value: unknown, nowMs: number): void
  /** The value of the current key was accessed. */
  accessedAt(nowMs: number): void
}
