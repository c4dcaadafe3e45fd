import type { TypeInformation } from '../../api/types/type-information.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { FileSourceSplit } from './file-source-split.js'
import type { RecordBatch } from './stream-format.js'

/**
 * Reads a split batch by batch.
 *
 * @example
 * ```ts
 * import type { BulkFormatReader } from 'flink-ts/connectors/filesystem'
 *
 * const nothing: BulkFormatReader<string> = { readBatch: async () => undefined, close: () => undefined }
 * ```
 */
export interface BulkFormatReader<T> {
  /** Undefined at the end of the split. A batch without records is not the end. */
  readBatch(): Promise<RecordBatch<T> | undefined>
  close(): void | Promise<void>
}

/**
 * How records lie in a file that has more of an order than front to back: a format that opens its files itself.
 *
 * @example
 * ```ts
 * import type { BulkFormat, BulkFormatReader, FileSourceSplit, FileSystems } from 'flink-ts/connectors/filesystem'
 *
 * // One record a file: its bytes.
 * class WholeFiles implements BulkFormat<Uint8Array> {
 *   isSplittable(): boolean {
 *     return false
 *   }
 *   createReader({ path }: FileSourceSplit, fileSystems: FileSystems): BulkFormatReader<Uint8Array> {
 *     let isRead = false
 *     return {
 *       readBatch: async () => {
 *         if (isRead) return undefined
 *         isRead = true
 *         const file = fileSystems.forUri(path)
 *         return { records: [await file.fileSystem.readFile(file.path)], offset: 0, recordsAfterOffset: 0 }
 *       },
 *       close: () => undefined,
 *     }
 *   }
 *   restoreReader(split: FileSourceSplit, fileSystems: FileSystems): BulkFormatReader<Uint8Array> {
 *     const isRead = (split.readerPosition?.recordsAfterOffset ?? 0) > 0
 *     return isRead ? { readBatch: async () => undefined, close: () => undefined } : this.createReader(split, fileSystems)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/reader/BulkFormat.html
 */
export interface BulkFormat<T> {
  isSplittable(): boolean
  createReader(split: FileSourceSplit, fileSystems: FileSystems): BulkFormatReader<T> | Promise<BulkFormatReader<T>>
  /** The split has a `readerPosition`: its first batch begins with the record there. */
  restoreReader(split: FileSourceSplit, fileSystems: FileSystems): BulkFormatReader<T> | Promise<BulkFormatReader<T>>
  getProducedType?(): TypeInformation<T> | undefined
}
