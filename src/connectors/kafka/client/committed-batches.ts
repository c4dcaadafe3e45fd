// Duty: of what was fetched that which a consumer gets: no ends of transactions, and read_committed nothing of aborted ones.
// The broker lists each aborted transaction that overlaps the answer, by producer and first offset. One producer may have several in
// an answer, and the end of the last may lie beyond it.
// Thread: any.
import type { AbortedTransaction } from './fetch.js'
import type { RecordBatch } from './record-batch.js'

/** `aborted`: of the same answer; empty for read_uncommitted. */
export function committedBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): readonly RecordBatch[] {
  const coming = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset)
  const active = new Set<number>()
  let next = 0
  return batches.filter((batch) => {
    for (let first = coming[next]; first !== undefined && first.firstOffset <= batch.lastOffset; first = coming[next]) {
      active.add(first.producerId)
      next += 1
    }
    if (batch.isControl) {
      if (active.has(batch.producerId) && batch.isAbort) active.delete(batch.producerId)
      return false
    }
    return !(batch.isTransactional && active.has(batch.producerId))
  })
}
