// Duty: how a record lies among others: its timestamp and the hash of its key, then what the serializer makes of it; and how a
// watermark lies among records: NaN, a hash that stands for it, then its timestamp. So no record has NaN for its timestamp.
// Thread: written on the producing task's worker, read on the consuming task's.
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RecordBatch } from './record-batch.js'

/** Timestamp and hash. */
export const RECORD_HEAD_BYTES = 12
/** A watermark among records. */
export const WATERMARK_BYTES: number = RECORD_HEAD_BYTES + 8
/** Larger records would need several times their size in memory while they travel. */
export const MAX_RECORD_BYTES: number = 2 ** 30

export function writeRecordHead(output: DataOutputView, timestamp: number, keyHash: number): void {
  if (Number.isNaN(timestamp)) throw new FlinkError('ASSERTION_FAILED', { what: 'the timestamp of a record is NaN' })
  output.writeFloat64(timestamp)
  output.writeInt32(keyHash)
}

export function writeWatermarkAmongRecords(output: DataOutputView, timestamp: number, keyHash: number): void {
  output.writeFloat64(Number.NaN)
  output.writeInt32(keyHash)
  output.writeFloat64(timestamp)
}

/** Fills a batch with records of one stream, and the watermarks among them, as far as both go. */
export function readRecords(input: DataInputView, serializer: TypeSerializer<unknown>, batch: RecordBatch): void {
  batch.clear()
  const { view } = input
  const end = view.byteLength
  for (let position = input.position; position < end && !batch.isFull; position = input.position) {
    input.position = position + RECORD_HEAD_BYTES
    const timestamp = view.getFloat64(position)
    const keyHash = view.getInt32(position + 8)
    if (Number.isNaN(timestamp)) batch.addWatermark(input.readFloat64(), keyHash)
    else batch.add(serializer.deserialize(input), timestamp, keyHash)
  }
}
