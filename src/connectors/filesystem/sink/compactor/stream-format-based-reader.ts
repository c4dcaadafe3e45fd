import type { StreamFormat, StreamFormatReader } from '../../stream-format.js'
import { checkedPart } from '../sink-arguments.js'
import type { FileToCompact } from './file-compactor.js'
import type { RecordWiseReader, RecordWiseReaderFactory } from './record-wise-file-compactor.js'
import { UnreadableRecord } from '../../unreadable-record.js'

/**
 * Reads files for a {@link RecordWiseFileCompactor} by a format of {@link FileSource}: lines of text, CSV, JSON lines.
 *
 * @example
 * ```ts
 * import { Types } from 'flink-ts'
 * import { RecordWiseFileCompactor, StreamFormatBasedReaderFactory } from 'flink-ts/connectors/filesystem'
 * import { JsonReaderFormat } from 'flink-ts/formats/json'
 *
 * const users = JsonReaderFormat.forSchema(Types.OBJECT({ user: Types.STRING }))
 * const compactor = new RecordWiseFileCompactor(new StreamFormatBasedReaderFactory(users))
 * ```
 */
export class StreamFormatBasedReaderFactory<IN> implements RecordWiseReaderFactory<IN> {
  readonly #format: StreamFormat<IN>

  /** GRAPH_INVALID where it is given no format. */
  constructor(format: StreamFormat<IN>) {
    this.#format = checkedPart('StreamFormatBasedReaderFactory', 'a StreamFormat', format, 'createReader')
  }

  async createFor({ path, sizeBytes, open }: FileToCompact): Promise<RecordWiseReader<IN>> {
    const stream = await open()
    try {
      const input = { path, stream, startOffset: 0, splitEnd: sizeBytes, fileLength: sizeBytes, reopen: open }
      return new StreamFormatBasedReader(await this.#format.createReader(input), () => stream.close())
    } catch (error) {
      await stream.close()
      throw error
    }
  }
}

class StreamFormatBasedReader<IN> implements RecordWiseReader<IN> {
  readonly #reader: StreamFormatReader<IN>
  readonly #closeStream: () => Promise<void>
  #batch: readonly IN[] = []
  #next = 0

  constructor(reader: StreamFormatReader<IN>, closeStream: () => Promise<void>) {
    this.#reader = reader
    this.#closeStream = closeStream
  }

  read(): IN | undefined | Promise<IN | undefined> {
    if (this.#next >= this.#batch.length) return this.#readOn()
    this.#next += 1
    return this.#batch[this.#next - 1]
  }

  async close(): Promise<void> {
    await this.#reader.close()
    await this.#closeStream()
  }

  async #readOn(): Promise<IN | undefined> {
    const reader = this.#reader
    if (reader.readBatch === undefined) return reader.read()
    for (;;) {
      const batch = await reader.readBatch()
      if (batch === undefined) return undefined
      if (batch.records.length === 0) continue
      // What could not be read would not be in the compacted file.
      if (batch.hasUnreadable === true) refuseUnreadable(batch.records)
      this.#batch = batch.records
      this.#next = 1
      return batch.records[0]
    }
  }
}

function refuseUnreadable(records: readonly unknown[]): void {
  for (const record of records) if (record instanceof UnreadableRecord) throw record.error
}
