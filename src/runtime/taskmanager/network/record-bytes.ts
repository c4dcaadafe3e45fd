// Duty: how a record lies among others: its timestamp and the hash of its key, then what the serializer makes of it.
// Thread: written on the producing task's worker, read on the consuming task's.
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { RecordBatch } from './record-batch.js'

/** Timestamp and hash. */
export const RECORD_HEAD_BYTES = 12
/** Larger records would need several times their size in memory while they travel. */
export const MAX_RECORD_BYTES: number = 2 ** 30

/** Fills a batch with records of one stream, as far as both go. */
export function readRecords(input: DataInputView, serializer: TypeSerializer<unknown>, batch: RecordBatch): void {
  batch.clear()
  const { view } = input
  const end = view.byteLength
  for (let position = input.position; position < end && !batch.isFull; position = input.position) {
    input.position = position + RECORD_HEAD_BYTES
    const value = serializer.deserialize(input)
    batch.add(value, view.getFloat64(position), view.getInt32(position + 8))
  }
}
