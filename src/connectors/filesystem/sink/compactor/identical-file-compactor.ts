import { refuseArgument } from '../sink-arguments.js'
import {
  copyFile,
  OutputStreamBasedFileCompactor,
  type CompactingStream,
  type FileToCompact,
} from './file-compactor.js'

/**
 * Copies one file as it is: for strategies that give one file at a time.
 *
 * @example
 * ```ts
 * import { FileCompactStrategy, FileSink, IdenticalFileCompactor, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const eachByItself = FileCompactStrategy.Builder.newBuilder().setSizeThreshold(1).build()
 * const sink = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 *   .enableCompact(eachByItself, new IdenticalFileCompactor())
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/sink/compactor/IdenticalFileCompactor.html
 */
export class IdenticalFileCompactor extends OutputStreamBasedFileCompactor {
  /** GRAPH_INVALID where it is given another number of files than one. */
  async compact(inputFiles: readonly FileToCompact[], outputStream: CompactingStream): Promise<void> {
    const [file, ...others] = inputFiles
    if (file === undefined || others.length > 0) {
      const count = String(inputFiles.length)
      refuseArgument('IdenticalFileCompactor', `it takes one file, and its strategy gave ${count} to be made one`)
    }
    await copyFile(file, outputStream)
  }
}
