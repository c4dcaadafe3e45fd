// Duty: the common part of formats whose records end with a line: where a split begins and ends, and how far it was read.
// Invariants: a record belongs to the split in which it begins. A batch is the records of one block, so that a restore reads one
// block again at most.
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { TextBytes } from '../../core/memory/text-bytes.js'
import type { CheckpointedPosition } from './checkpointed-position.js'
import { LineBlocks } from './line-blocks.js'
import { describePosition } from './position-in-file.js'
import { RecordParseError } from './record-parse-error.js'
import type { FileStream, RecordBatch, StreamFormatInput, StreamFormatReader } from './stream-format.js'
import { UnreadableRecord } from './unreadable-record.js'

const LINE_FEED = 10
/** No more than describeValue shows, which would count what was cut off here. */
const SHOWN_CHARACTERS = 100
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** A part of a block: its bytes from `at` on; no record of it begins at or after `limit`. */
export interface LineSlice {
  readonly bytes: TextBytes
  readonly at: number
  readonly limit: number
  readonly isAscii: boolean
  /** No more follows: what is not complete by now never will be. */
  readonly isLast: boolean
}

/** Makes records of lines. */
export interface LineParser<T> {
  /**
   * Adds the records of a slice. Gives where the first byte is that it did not use, which is before `limit` only where a record goes
   * on after the block. RecordParseError for what is none.
   */
  parse(slice: LineSlice, records: T[]): number
}

export interface LineFormatInput<T> extends StreamFormatInput {
  readonly isRestored: boolean
  readonly parser: LineParser<T>
  readonly advice: string
  /** Smaller in tests. */
  readonly blockBytes?: number | undefined
}

/** A line of a file that many others may have come before: a cut-out of a longer text would keep all of that in memory. */
export function textOfSlice(bytes: TextBytes, start: number, end: number, isAscii: boolean): string {
  return bytes.toString(isAscii ? 'latin1' : 'utf8', start, end)
}

export class LineFormatReader<T> implements StreamFormatReader<T> {
  readonly #input: LineFormatInput<T>
  readonly #blocks: LineBlocks
  /** The first line is still to be found. */
  #isBefore: boolean
  /** In the block: the first byte that is not used. */
  #at = 0
  #hasDescribed = false
  /** Of `read`. */
  #batch: RecordBatch<T> | undefined
  #next = 0

  constructor(input: LineFormatInput<T>) {
    this.#input = input
    this.#isBefore = input.startOffset > 0 && !input.isRestored
    // One byte more tells whether a line begins right there.
    this.#blocks = new LineBlocks(input.stream, input.startOffset - (this.#isBefore ? 1 : 0), input.blockBytes)
  }

  async read(): Promise<T | undefined> {
    let batch = this.#batch
    while (batch === undefined || this.#next >= batch.records.length) {
      batch = await this.readBatch()
      if (batch === undefined) return undefined
      this.#batch = batch
      this.#next = 0
    }
    this.#next += 1
    const record = batch.records[this.#next - 1]
    if (batch.hasUnreadable === true && record instanceof UnreadableRecord) throw record.error
    return record
  }

  /** Undefined before the first record: where the split begins is in the middle of a line. */
  getCheckpointedPosition(): CheckpointedPosition | undefined {
    return this.#batch && { offset: this.#batch.offset, recordsAfterOffset: this.#next }
  }

  async readBatch(): Promise<RecordBatch<T> | undefined> {
    const blocks = this.#blocks
    const { splitEnd } = this.#input
    if (blocks.offset + this.#at >= splitEnd) return undefined
    if (!(await this.#nextBlock())) {
      this.#checkLength()
      return undefined
    }
    this.#at = 0
    if (this.#isBefore) this.#skipToLine()
    const offset = blocks.offset + this.#at
    if (offset === 0) this.#skipByteOrderMark()
    const limit = Math.min(splitEnd - blocks.offset, blocks.bytes.length)
    if (this.#at >= limit) return { records: [], offset, recordsAfterOffset: 0 }
    const records: T[] = []
    let hasUnreadable = false
    for (let error = this.#parse(limit, records); error !== undefined; error = this.#parse(limit, records)) {
      hasUnreadable = true
      records.push((await this.#unreadable(error)) as T)
    }
    const position = { offset, recordsAfterOffset: 0 }
    return hasUnreadable ? { records, hasUnreadable, ...position } : { records, ...position }
  }

  close(): void {
    // The stream is closed by whoever opened it.
  }

  /** Up to the first record that is none, which is behind what is used then; undefined: to the end. */
  #parse(limit: number, records: T[]): RecordParseError | undefined {
    const { bytes, isAscii, isLast } = this.#blocks
    if (this.#at >= limit) return undefined
    try {
      this.#at = this.#input.parser.parse({ bytes, at: this.#at, limit, isAscii, isLast }, records)
      return undefined
    } catch (error) {
      if (!(error instanceof RecordParseError)) throw error
      const end = bytes.indexOf(LINE_FEED, error.end)
      this.#at = end === -1 ? bytes.length : end + 1
      return error
    }
  }

  async #nextBlock(): Promise<boolean> {
    const blocks = this.#blocks
    try {
      return await blocks.next(blocks.bytes.length - this.#at)
    } catch (error) {
      throw await this.#described(error)
    }
  }

  /** A file that is shorter than its split says has lost what the job counts on. */
  #checkLength(): void {
    const { path, splitEnd, fileLength, startOffset } = this.#input
    const position = this.#blocks.offset
    const isKnown = fileLength !== Number.MAX_SAFE_INTEGER
    if ((isKnown && position < splitEnd) || (position <= startOffset && startOffset > 0)) {
      const reason = `it ends within its first ${String(position)} bytes: it is shorter than it was when its parts were assigned`
      throw new FlinkError('FILE_IO_FAILED', { operation: 'read', path, reason })
    }
  }

  #skipToLine(): void {
    const { bytes, isLast } = this.#blocks
    const end = bytes.indexOf(LINE_FEED, this.#at)
    this.#at = end === -1 ? bytes.length : end + 1
    this.#isBefore = end === -1 && !isLast
  }

  /** Belongs to the file, not to its first record. */
  #skipByteOrderMark(): void {
    const { bytes } = this.#blocks
    if (BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte)) this.#at = BYTE_ORDER_MARK.length
  }

  async #unreadable(error: RecordParseError): Promise<UnreadableRecord> {
    const { bytes, offset } = this.#blocks
    const { start, end } = error
    const origin = { path: this.#input.path, offset: offset + start }
    return new UnreadableRecord(await this.#described(error), { record: bytes.toString('utf8', start, end), origin })
  }

  async #described(error: unknown): Promise<unknown> {
    if (!(error instanceof RecordParseError)) return error
    const { path, advice } = this.#input
    const { bytes } = this.#blocks
    const { start, end } = error
    const position = await this.#positionOf(error)
    const text = bytes.toString('utf8', start, Math.min(end, start + SHOWN_CHARACTERS))
    const record = `${describeValue(text)}${end - start > SHOWN_CHARACTERS ? ' ...' : ''}`
    const details = { path, position, reason: messageOf(error), record, advice }
    return new FlinkError('FILE_RECORD_INVALID', details, { cause: error })
  }

  /** To know the line the file is read up to there: done once, as there may be as many bad records as lines. */
  async #positionOf({ start, column }: RecordParseError): Promise<string> {
    const byte = this.#blocks.offset + start
    if (this.#hasDescribed) return `byte ${String(byte)}`
    this.#hasDescribed = true
    return describePosition(this.#input.reopen, byte, column)
  }
}

/** One stream of a file more, for as long as it is needed. */
export async function withStream<R>(
  open: () => Promise<FileStream>,
  use: (stream: FileStream) => Promise<R>,
): Promise<R> {
  const stream = await open()
  try {
    return await use(stream)
  } finally {
    await stream.close()
  }
}
