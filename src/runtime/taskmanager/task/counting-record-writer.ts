// Duty: a RecordWriter that knows how many records it was given and the last watermark that left.
// Invariants: a record counts once, however many channels it goes to; counting is one addition to a field.
// Thread: the producing task's worker.
import { RecordWriter } from '../network/record-writer.js'

export class CountingRecordWriter extends RecordWriter {
  numRecordsOut = 0
  currentOutputWatermark: number = Number.NEGATIVE_INFINITY

  override emit(value: unknown, timestamp: number): void {
    this.numRecordsOut += 1
    super.emit(value, timestamp)
  }

  override broadcastWatermark(timestamp: number): void {
    this.currentOutputWatermark = timestamp
    super.broadcastWatermark(timestamp)
  }
}
