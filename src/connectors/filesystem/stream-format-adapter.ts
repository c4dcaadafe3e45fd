// Duty: a StreamFormat as a BulkFormat: opens the file, unpacked where it is packed, and gives its records in batches.
// Invariants: after a restore the first record is the one after the last that was emitted: what the position says to leave out is
// read again and left out.
import type { TypeInformation } from '../../api/types/type-information.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { isCompressed, openUnpacked } from '../../core/fs/compressed-file.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { BulkFormat, BulkFormatReader } from './bulk-format.js'
import { NO_OFFSET, type CheckpointedPosition } from './checkpointed-position.js'
import type { FileSourceSplit } from './file-source-split.js'
import type { FileStream, RecordBatch, StreamFormat, StreamFormatInput, StreamFormatReader } from './stream-format.js'

const RECORDS_A_BATCH = 1000

export class StreamFormatAdapter<T> implements BulkFormat<T> {
  readonly #format: StreamFormat<T>

  constructor(format: StreamFormat<T>) {
    this.#format = format
  }

  isSplittable(): boolean {
    return this.#format.isSplittable()
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#format.getProducedType?.()
  }

  createReader(split: FileSourceSplit, fileSystems: FileSystems): Promise<BulkFormatReader<T>> {
    return this.#open(split, fileSystems)
  }

  restoreReader(split: FileSourceSplit, fileSystems: FileSystems): Promise<BulkFormatReader<T>> {
    return this.#open(split, fileSystems)
  }

  async #open(split: FileSourceSplit, fileSystems: FileSystems): Promise<BulkFormatReader<T>> {
    const { fileSystem, path } = fileSystems.forUri(split.path)
    const isPacked = isCompressed(path)
    if (isPacked || !this.#format.isSplittable()) checkWhole(split, isPacked)
    const reopen = (): Promise<FileStream> => openUnpacked(fileSystem, path)
    const stream = await reopen()
    const { offset, recordsAfterOffset } = split.readerPosition ?? { offset: NO_OFFSET, recordsAfterOffset: 0 }
    const input: StreamFormatInput = {
      path: split.path,
      stream,
      startOffset: offset === NO_OFFSET ? split.offset : offset,
      splitEnd: isPacked ? Number.MAX_SAFE_INTEGER : split.offset + split.length,
      fileLength: isPacked ? Number.MAX_SAFE_INTEGER : split.fileSizeBytes,
      reopen,
    }
    try {
      const format = this.#format
      const reader = await (offset === NO_OFFSET ? format.createReader(input) : format.restoreReader(input))
      return new AdaptedReader(reader, input, { offset, recordsAfterOffset })
    } catch (error) {
      await stream.close()
      throw error
    }
  }
}

class AdaptedReader<T> implements BulkFormatReader<T> {
  readonly #reader: StreamFormatReader<T>
  readonly #input: StreamFormatInput
  #toSkip: number
  /** The last offset that the reader knew. */
  #offset: number
  /** Read since, those that are left out included. */
  #recordsAfterOffset = 0

  constructor(reader: StreamFormatReader<T>, input: StreamFormatInput, begin: CheckpointedPosition) {
    this.#reader = reader
    this.#input = input
    this.#offset = begin.offset
    this.#toSkip = begin.recordsAfterOffset
  }

  async readBatch(): Promise<RecordBatch<T> | undefined> {
    const batch = await (this.#reader.readBatch?.() ?? this.#collect())
    if (batch === undefined) {
      if (this.#toSkip > 0) throw this.#recordsMissing()
      return undefined
    }
    const skipped = Math.min(this.#toSkip, batch.records.length)
    this.#toSkip -= skipped
    if (skipped === 0) return batch
    const { records, recordsAfterOffset } = batch
    return { ...batch, records: records.slice(skipped), recordsAfterOffset: recordsAfterOffset + skipped }
  }

  async close(): Promise<void> {
    try {
      await this.#reader.close()
    } finally {
      await this.#input.stream.close()
    }
  }

  async #collect(): Promise<RecordBatch<T> | undefined> {
    const counted = { offset: this.#offset, recordsAfterOffset: this.#recordsAfterOffset }
    const { offset, recordsAfterOffset } = this.#reader.getCheckpointedPosition?.() ?? counted
    const records: T[] = []
    while (records.length < RECORDS_A_BATCH) {
      const given = this.#reader.read()
      const record = given instanceof Promise ? ((await given) as Awaited<T> | undefined) : given
      if (record === undefined) break
      records.push(record)
    }
    this.#offset = offset
    this.#recordsAfterOffset = recordsAfterOffset + records.length
    return records.length === 0 ? undefined : { records, offset, recordsAfterOffset }
  }

  #recordsMissing(): FlinkError {
    const { path, startOffset } = this.#input
    const reason = `${String(this.#toSkip)} records after position ${String(startOffset)} that the job had read before are not there any more`
    return new FlinkError('FILE_IO_FAILED', { operation: 'read', path, reason })
  }
}

/** Each part of such a file would be read as far as the file goes, and its records given once a part. */
function checkWhole({ path, offset, length, fileSizeBytes }: FileSourceSplit, isPacked: boolean): void {
  if (offset === 0 && length >= fileSizeBytes) return
  const why = isPacked ? 'it is packed' : 'its format cannot be split'
  const part = `${String(length)} of its ${String(fileSizeBytes)} bytes, from ${String(offset)} on`
  const reason = `the enumerator gave a part of ${path}, ${part}, which is read as a whole only: ${why}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'FileSource.setFileEnumerator', reason })
}
