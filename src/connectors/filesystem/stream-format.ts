import type { TypeInformation } from '../../api/types/type-information.js'
import type { CheckpointedPosition } from './checkpointed-position.js'

/**
 * A file from front to back, unpacked where it is packed. Positions are those of the unpacked bytes.
 *
 * @example
 * ```ts
 * import type { FileStream } from 'flink-ts/connectors/filesystem'
 *
 * const firstByte = async (stream: FileStream): Promise<number | undefined> => (await stream.read(0, 1))[0]
 * ```
 */
export interface FileStream {
  /** Fewer bytes than asked for only at the end of the file. Offsets never go back. */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * What a {@link StreamFormat} reads.
 *
 * @example
 * ```ts
 * import type { StreamFormatInput } from 'flink-ts/connectors/filesystem'
 *
 * const isWhole = ({ startOffset, splitEnd, fileLength }: StreamFormatInput): boolean =>
 *   startOffset === 0 && splitEnd === fileLength
 * ```
 */
export interface StreamFormatInput {
  /** For messages. */
  readonly path: string
  /** Closed by whoever opened it, after the reader. */
  readonly stream: FileStream
  /** Where the split begins, which may be in the middle of a record; after a restore where a record begins. */
  readonly startOffset: number
  /** Records that begin before it belong to the split. */
  readonly splitEnd: number
  /** Number.MAX_SAFE_INTEGER where only reading tells. */
  readonly fileLength: number
  /** The same file once more from its first byte, closed by whoever asked for it. */
  readonly reopen: () => Promise<FileStream>
}

/**
 * So many records, and how the first of them is found again.
 *
 * @example
 * ```ts
 * import type { RecordBatch } from 'flink-ts/connectors/filesystem'
 *
 * const batch: RecordBatch<string> = { records: ['third', 'fourth'], offset: 0, recordsAfterOffset: 2 }
 * ```
 */
export interface RecordBatch<T> extends CheckpointedPosition {
  readonly records: readonly T[]
  /** True where there may be an UnreadableRecord among them. */
  readonly hasUnreadable?: boolean
}

/**
 * Reads the records of a split.
 *
 * @example
 * ```ts
 * import type { StreamFormatReader } from 'flink-ts/connectors/filesystem'
 *
 * const nothing: StreamFormatReader<string> = { read: () => undefined, close: () => undefined }
 * ```
 */
export interface StreamFormatReader<T> {
  /** Undefined at the end of the split. */
  read(): T | undefined | Promise<T | undefined>
  /**
   * After the last record that was read. Undefined where it is not known: a restore goes on from the last one that was, or the beginning
   * of the split, and leaves out what was read since.
   */
  getCheckpointedPosition?(): CheckpointedPosition | undefined
  /** Taken in place of `read` where it is there, as it costs less a record. A batch without records is not the end. */
  readBatch?(): Promise<RecordBatch<T> | undefined>
  close(): void | Promise<void>
}

/**
 * How records lie in a file that is read from front to back.
 *
 * @example
 * ```ts
 * import type { StreamFormat, StreamFormatInput, StreamFormatReader } from 'flink-ts/connectors/filesystem'
 *
 * // Numbers of four bytes each.
 * class Numbers implements StreamFormat<number> {
 *   isSplittable(): boolean {
 *     return false
 *   }
 *   createReader({ stream, startOffset }: StreamFormatInput): StreamFormatReader<number> {
 *     let at = startOffset
 *     return {
 *       read: async () => {
 *         const bytes = await stream.read(at, 4)
 *         at += 4
 *         return bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0)
 *       },
 *       getCheckpointedPosition: () => ({ offset: at, recordsAfterOffset: 0 }),
 *       close: () => undefined,
 *     }
 *   }
 *   restoreReader(input: StreamFormatInput): StreamFormatReader<number> {
 *     return this.createReader(input)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/reader/StreamFormat.html
 */
export interface StreamFormat<T> {
  /** Whether a reader finds the first record after any position. Packed files are never split. */
  isSplittable(): boolean
  createReader(input: StreamFormatInput): StreamFormatReader<T> | Promise<StreamFormatReader<T>>
  /** `startOffset` is one that `getCheckpointedPosition` gave. */
  restoreReader(input: StreamFormatInput): StreamFormatReader<T> | Promise<StreamFormatReader<T>>
  /** The type of its records, where `fromSource` is given none. */
  getProducedType?(): TypeInformation<T> | undefined
}
