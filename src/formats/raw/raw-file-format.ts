import type { BulkFormat, BulkFormatReader } from '../../connectors/filesystem/bulk-format.js'
import type { FileSourceSplit } from '../../connectors/filesystem/file-source-split.js'
import type { FileSystems } from '../../core/fs/file-systems.js'

/**
 * Whole files: the record is the bytes of a file as it lies there, also where it is packed. It has to have room in memory.
 *
 * @example
 * ```ts
 * import { FileSource } from 'flink-ts/connectors/filesystem'
 * import { RawFileFormat } from 'flink-ts/formats/raw'
 *
 * const pictures = FileSource.forBulkFileFormat(new RawFileFormat(), '/data/pictures').build()
 * ```
 */
export class RawFileFormat implements BulkFormat<Uint8Array> {
  isSplittable(): boolean {
    return false
  }

  createReader({ path }: FileSourceSplit, fileSystems: FileSystems): BulkFormatReader<Uint8Array> {
    let isRead = false
    return {
      readBatch: async () => {
        if (isRead) return undefined
        isRead = true
        const file = fileSystems.forUri(path)
        return { records: [await file.fileSystem.readFile(file.path)], offset: 0, recordsAfterOffset: 0 }
      },
      close: () => undefined,
    }
  }

  restoreReader(split: FileSourceSplit, fileSystems: FileSystems): BulkFormatReader<Uint8Array> {
    const isRead = (split.readerPosition?.recordsAfterOffset ?? 0) > 0
    if (!isRead) return this.createReader(split, fileSystems)
    return { readBatch: () => Promise.resolve(undefined), close: () => undefined }
  }
}
