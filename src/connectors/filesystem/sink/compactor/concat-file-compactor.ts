import { refuseArgument } from '../sink-arguments.js'
import {
  copyFile,
  OutputStreamBasedFileCompactor,
  type CompactingStream,
  type FileToCompact,
} from './file-compactor.js'

/**
 * Puts files one after the other, with `fileDelimiter` between two of them where one is given: for lines of text, CSV, JSON lines and gzip.
 *
 * @example
 * ```ts
 * import { ConcatFileCompactor, FileCompactStrategy, FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const strategy = FileCompactStrategy.Builder.newBuilder().enableCompactionOnCheckpoint(5).build()
 * const sink = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 *   .enableCompact(strategy, new ConcatFileCompactor())
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/sink/compactor/ConcatFileCompactor.html
 */
export class ConcatFileCompactor extends OutputStreamBasedFileCompactor {
  readonly #fileDelimiter: Uint8Array | undefined

  /** GRAPH_INVALID where the delimiter is no Uint8Array. */
  constructor(fileDelimiter?: Uint8Array) {
    super()
    const given: unknown = fileDelimiter
    if (given !== undefined && !(given instanceof Uint8Array)) {
      refuseArgument('ConcatFileCompactor', 'the delimiter has to be a Uint8Array')
    }
    this.#fileDelimiter = fileDelimiter?.slice()
  }

  async compact(inputFiles: readonly FileToCompact[], outputStream: CompactingStream): Promise<void> {
    for (const [index, file] of inputFiles.entries()) {
      if (index > 0 && this.#fileDelimiter !== undefined) await outputStream.write(this.#fileDelimiter)
      await copyFile(file, outputStream)
    }
  }
}
