import { checkedPart } from '../sink-arguments.js'
import type { FileToCompact } from './file-compactor.js'

/**
 * The records of a file that is to be compacted, one after the other.
 *
 * @example
 * ```ts
 * import type { RecordWiseReader } from 'flink-ts/connectors/filesystem'
 *
 * const nothing: RecordWiseReader<string> = { read: () => undefined, close: () => undefined }
 * ```
 */
export interface RecordWiseReader<IN> {
  /** Undefined at the end. */
  read(): IN | undefined | Promise<IN | undefined>
  close(): void | Promise<void>
}

/**
 * Makes readers for a {@link RecordWiseFileCompactor}, such as {@link StreamFormatBasedReaderFactory}.
 *
 * @example
 * ```ts
 * import type { RecordWiseReaderFactory } from 'flink-ts/connectors/filesystem'
 *
 * // Files of one number each.
 * const sizes: RecordWiseReaderFactory<number> = {
 *   createFor: ({ sizeBytes }) => {
 *     const records = [sizeBytes]
 *     return { read: () => records.shift(), close: () => undefined }
 *   },
 * }
 * ```
 */
export interface RecordWiseReaderFactory<IN> {
  createFor(file: FileToCompact): RecordWiseReader<IN> | Promise<RecordWiseReader<IN>>
}

/**
 * Makes one file of several, record by record: they are read, and written by the format of the sink.
 *
 * @example
 * ```ts
 * import { RecordWiseFileCompactor, StreamFormatBasedReaderFactory, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
 *
 * const compactor = new RecordWiseFileCompactor(new StreamFormatBasedReaderFactory(new TextLineInputFormat()))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/sink/compactor/RecordWiseFileCompactor.html
 */
export class RecordWiseFileCompactor<IN> {
  readonly #readerFactory: RecordWiseReaderFactory<IN>

  /** GRAPH_INVALID where it is given no factory. */
  constructor(readerFactory: RecordWiseReaderFactory<IN>) {
    const what = 'a factory of readers, such as new StreamFormatBasedReaderFactory(format)'
    this.#readerFactory = checkedPart('RecordWiseFileCompactor', what, readerFactory, 'createFor')
  }

  async compact(
    inputFiles: readonly FileToCompact[],
    writeRecord: (record: IN) => void | Promise<void>,
  ): Promise<void> {
    for (const file of inputFiles) {
      const reader = await this.#readerFactory.createFor(file)
      try {
        for (let record = await reader.read(); record !== undefined; record = await reader.read()) {
          await writeRecord(record)
        }
      } finally {
        await reader.close()
      }
    }
  }
}
