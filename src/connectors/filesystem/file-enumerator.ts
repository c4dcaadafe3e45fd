import type { FileSystems } from '../../core/fs/file-systems.js'
import type { FileSourceSplit } from './file-source-split.js'

/**
 * Finds files, and makes splits of them.
 *
 * @example
 * ```ts
 * import { FileSource, NonSplittingRecursiveEnumerator, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
 * import type { FileEnumerator } from 'flink-ts/connectors/filesystem'
 *
 * // The newest file of a directory, by name.
 * const newest: FileEnumerator = {
 *   enumerateSplits: async (paths, minDesiredSplits, fileSystems) => {
 *     const all = await new NonSplittingRecursiveEnumerator().enumerateSplits(paths, minDesiredSplits, fileSystems)
 *     return [...all].sort((one, other) => (one.path < other.path ? -1 : 1)).slice(-1)
 *   },
 * }
 * const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data').setFileEnumerator(() => newest)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/enumerate/FileEnumerator.html
 */
export interface FileEnumerator {
  /** `minDesiredSplits`: the parallelism of the source, which an enumerator may take into account. */
  enumerateSplits(
    paths: readonly string[],
    minDesiredSplits: number,
    fileSystems: FileSystems,
  ): Promise<readonly FileSourceSplit[]>
}

/**
 * Makes a {@link FileEnumerator}: one for each start of the job.
 *
 * @example
 * ```ts
 * import { BlockSplittingRecursiveEnumerator } from 'flink-ts/connectors/filesystem'
 * import type { FileEnumeratorProvider } from 'flink-ts/connectors/filesystem'
 *
 * const inSmallParts: FileEnumeratorProvider = () => new BlockSplittingRecursiveEnumerator(undefined, 1024 * 1024)
 * ```
 */
export type FileEnumeratorProvider = () => FileEnumerator
