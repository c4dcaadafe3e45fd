// Duty: a table whose values may grow large under one key.
// Thread: the task worker that owns the backend.
import type { StateTable } from '../state-table.js'

export interface LargeValueTable extends StateTable {
  /** The value of the current key goes to the store, unless a snapshot stands in the way; it stays the same object. */
  saveCurrent(): void
}
