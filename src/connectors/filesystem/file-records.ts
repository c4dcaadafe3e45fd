import type { RecordsWithSplitIds } from '../base/records-with-split-ids.js'
import type { RecordBatch } from './stream-format.js'
import { UnreadableRecord } from './unreadable-record.js'

const NONE: ReadonlySet<string> = new Set()

/** A record, and where its split is after it. One object for all records of a batch: it is used up before the next one comes. */
export class RecordAndPosition<T> {
  record: T
  readonly offset: number
  recordsAfterOffset: number
  /** In the place of the record, where it could not be read. */
  unreadable: UnreadableRecord | undefined

  constructor(record: T, offset: number, recordsAfterOffset: number) {
    this.record = record
    this.offset = offset
    this.unreadable = undefined
    this.recordsAfterOffset = recordsAfterOffset
  }
}

/** What one fetch gave of one split: a batch, its end, or neither. */
export class FileRecords<T> implements RecordsWithSplitIds<RecordAndPosition<T>> {
  readonly #splitId: string
  readonly #records: readonly T[]
  readonly #finished: ReadonlySet<string>
  readonly #current: RecordAndPosition<T> | undefined
  readonly #hasUnreadable: boolean
  #isBegun = false
  #next = 0

  private constructor(splitId: string, batch: RecordBatch<T> | undefined, finished: ReadonlySet<string>) {
    this.#splitId = splitId
    this.#records = batch?.records ?? []
    this.#hasUnreadable = batch?.hasUnreadable === true
    this.#finished = finished
    const [first] = this.#records
    if (batch === undefined || this.#records.length === 0) return
    this.#current = new RecordAndPosition(first as T, batch.offset, batch.recordsAfterOffset)
  }

  static forRecords<T>(splitId: string, batch: RecordBatch<T>): FileRecords<T> {
    return new FileRecords(splitId, batch, NONE)
  }

  static finishedSplit<T>(splitId: string): FileRecords<T> {
    return new FileRecords<T>(splitId, undefined, new Set([splitId]))
  }

  static nothing<T>(): FileRecords<T> {
    return new FileRecords<T>('', undefined, NONE)
  }

  nextSplit(): string | undefined {
    if (this.#isBegun || this.#current === undefined) return undefined
    this.#isBegun = true
    return this.#splitId
  }

  nextRecordFromSplit(): RecordAndPosition<T> | undefined {
    const at = this.#next
    const current = this.#current
    if (current === undefined || at >= this.#records.length) return undefined
    this.#next = at + 1
    const record = this.#records[at] as T
    current.record = record
    if (this.#hasUnreadable) current.unreadable = record instanceof UnreadableRecord ? record : undefined
    current.recordsAfterOffset += 1
    return current
  }

  finishedSplits(): ReadonlySet<string> {
    return this.#finished
  }
}
