// Duty: what a snapshot of the heap backend needs of a part of a state: entries at positions, and what was there when it began.
// Invariants: keys at positions stay what they are until the snapshot has ended.
// Thread: the task worker that owns the backend.
import type { RemovedKeys } from './change-log.js'
import type { TableSnapshot } from './table-snapshot.js'

export type EntriesSnapshot = Pick<TableSnapshot, 'limit' | 'changes' | 'hasEntry' | 'take' | 'valueAt' | 'markWritten'>

export interface SnapshotPart {
  readonly size: number
  /** `endSnapshot` must follow. */
  beginSnapshot(): EntriesSnapshot
  /** Of what changed in and since the epoch; asked for only where all tables of the state know. `endSnapshot` must follow. */
  beginDelta(epoch: number): { readonly snapshot: EntriesSnapshot; readonly removed: RemovedKeys }
  endSnapshot(snapshot: EntriesSnapshot): void
  keyAt(position: number): unknown
  namespaceAt(position: number): unknown
  keyGroupAt(position: number): number
  /** At most TOUCHED_TOGETHER of the positions. */
  touch(positions: Int32Array, start: number, end: number): void
  /** The error for a value that could not be written or copied. */
  notStorable(error: unknown, position: number): unknown
}
