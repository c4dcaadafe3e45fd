import type { FailedRecord } from '../../api/functions/dead-letter.js'

/**
 * Stands in a batch in the place of a record that could not be read, with the error for it: what becomes of it says `onError` of the
 * source. It counts as a record in the position of its split, so that a restore gives it out neither twice nor not at all.
 *
 * @example
 * ```ts
 * import { UnreadableRecord, type RecordBatch } from 'flink-ts/connectors/filesystem'
 *
 * const bad = new UnreadableRecord(new Error('no number'), { record: 'x1', origin: { path: '/data/in', offset: 4 } })
 * const batch: RecordBatch<number | UnreadableRecord> = { records: [1, bad], hasUnreadable: true, offset: 0, recordsAfterOffset: 0 }
 * ```
 */
export class UnreadableRecord {
  readonly error: unknown
  readonly failed: FailedRecord

  constructor(error: unknown, failed: FailedRecord) {
    this.error = error
    this.failed = failed
  }
}
