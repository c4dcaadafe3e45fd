// Duty: the table of a queue, of whose elements some stand at the entries of another state (grouped-timer-queue.ts).
// Invariants: snapshots have both. From the first incremental one on all elements are in the table, which notes what changes.
// Thread: the task worker that owns the backend.
import { HeapStateTable } from './heap-state-table.js'
import type { SnapshotPart } from './snapshot-part.js'

export class HeapQueueTable extends HeapStateTable {
  /** What stands elsewhere. */
  readonly parted: Set<SnapshotPart> = new Set()
  /** From here on nothing may stand elsewhere any more. */
  gather: () => void = () => undefined

  override parts(): readonly SnapshotPart[] {
    return [this, ...this.parted]
  }

  override get size(): number {
    let sum = super.size
    for (const part of this.parted) sum += part.size
    return sum
  }
}
