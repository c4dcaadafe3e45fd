// Duty: the files of directories, at any depth, as splits: whole, or in parts.
// Invariants: by path, so that the same files give the same splits. A directory that was reached before, by a link, is not gone into again.
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { isCompressed } from '../../core/fs/compressed-file.js'
import type { FileStatus, FileSystem } from '../../core/fs/file-system.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import { inputNotFound } from '../../core/fs/input-not-found.js'
import type { FileEnumerator } from './file-enumerator.js'
import { FileSourceSplit } from './file-source-split.js'

/** As the blocks of Flink's local file system. */
const LARGEST_SPLIT_BYTES = 32 * 1024 * 1024
/** Below that a split costs more than it spreads. */
const SMALLEST_SPLIT_BYTES = 1024 * 1024
/** A reader that is done early finds another one. */
const SPLITS_A_READER = 4

/**
 * Says whether a file, or a directory with all that is in it, is looked at: by its path. Hidden ones, whose name begins with `.` or
 * `_`, are not looked at where nothing else is said.
 *
 * @example
 * ```ts
 * import type { FileFilter } from 'flink-ts/connectors/filesystem'
 *
 * const onlyCsv: FileFilter = (path, isDirectory) => isDirectory || path.endsWith('.csv')
 * ```
 */
export type FileFilter = (path: string, isDirectory: boolean) => boolean

/** Neither what is written, as a file that grows under a name of its own, nor what only describes others. */
const isNotHidden: FileFilter = (path) => !/(?:^|\/)[._][^/]*$/.test(path)

/**
 * All files of the given directories, at any depth, and the given files, each as one split. Empty files are left out until there is
 * something in them.
 *
 * @example
 * ```ts
 * import { NonSplittingRecursiveEnumerator } from 'flink-ts/connectors/filesystem'
 *
 * const onlyCsv = new NonSplittingRecursiveEnumerator((path, isDirectory) => isDirectory || path.endsWith('.csv'))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/enumerate/NonSplittingRecursiveEnumerator.html
 */
export class NonSplittingRecursiveEnumerator implements FileEnumerator {
  readonly #filter: FileFilter

  /** GRAPH_INVALID where the filter is no function. */
  constructor(fileFilter: FileFilter = isNotHidden) {
    if (typeof (fileFilter as unknown) !== 'function') {
      const reason = `a filter of files is a function of a path, but was given ${describeValue(fileFilter)}`
      throw new FlinkError('GRAPH_INVALID', { operator: 'FileEnumerator', reason })
    }
    this.#filter = fileFilter
  }

  /** INPUT_NOT_FOUND for a path that is not there, FILE_NOT_PLAIN for a pipe, FILE_COMPRESSION_UNSUPPORTED for what cannot be unpacked. */
  async enumerateSplits(
    paths: readonly string[],
    minDesiredSplits: number,
    fileSystems: FileSystems,
  ): Promise<readonly FileSourceSplit[]> {
    const files = new Map<string, number>()
    for (const path of paths) {
      const { fileSystem, path: absolute } = fileSystems.forUri(path)
      for (const file of await this.#filesOf(fileSystem, absolute)) files.set(file.path, file.sizeBytes)
    }
    const found = [...files].filter(([, sizeBytes]) => sizeBytes > 0).sort(([one], [other]) => (one < other ? -1 : 1))
    const totalBytes = found.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0)
    return found.flatMap(([path, sizeBytes]) => this.splitsOf(path, sizeBytes, totalBytes / minDesiredSplits))
  }

  /** `shareBytes`: what each reader would have of all files. */
  protected splitsOf(path: string, fileSizeBytes: number, _shareBytes: number): readonly FileSourceSplit[] {
    return [new FileSourceSplit({ path, offset: 0, length: fileSizeBytes, fileSizeBytes })]
  }

  async #filesOf(fileSystem: FileSystem, path: string): Promise<FileStatus[]> {
    const status = await fileSystem.status(path)
    if (status === undefined) throw await inputNotFound(fileSystem, path)
    const files: FileStatus[] = []
    await this.#addFiles(fileSystem, status, { files, visited: new Set() })
    return files
  }

  async #addFiles(
    fileSystem: FileSystem,
    status: FileStatus,
    found: { readonly files: FileStatus[]; readonly visited: Set<string> },
  ): Promise<void> {
    const { path } = status
    if (!status.isDirectory) {
      if (!status.isPlainFile) throw new FlinkError('FILE_NOT_PLAIN', { path })
      // Refuses what is packed in a way that nobody unpacks, before the job reads anything.
      isCompressed(path)
      found.files.push(status)
      return
    }
    const realPath = await realPathOf(fileSystem, path)
    if (realPath === undefined || found.visited.has(realPath)) return
    found.visited.add(realPath)
    for (const entry of await fileSystem.list(path)) {
      if (this.#filter(entry.path, entry.isDirectory)) await this.#addFiles(fileSystem, entry, found)
    }
  }
}

/** Undefined for a directory that somebody has removed since it was listed: a monitored one may be tidied up at any time. */
async function realPathOf(fileSystem: FileSystem, path: string): Promise<string | undefined> {
  try {
    return await fileSystem.realPath(path)
  } catch (error) {
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  }
}

/**
 * The same, large files in parts: of 32 MB at most, and so small that each reader gets four, but not below 1 MB. Packed files are
 * not split.
 *
 * @example
 * ```ts
 * import { BlockSplittingRecursiveEnumerator, FileSource, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
 *
 * const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data')
 *   .setFileEnumerator(() => new BlockSplittingRecursiveEnumerator(undefined, 8 * 1024 * 1024))
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/enumerate/BlockSplittingRecursiveEnumerator.html
 */
export class BlockSplittingRecursiveEnumerator extends NonSplittingRecursiveEnumerator {
  readonly #splitBytes: number | undefined

  /** `splitBytes`: of each part but the last. */
  constructor(fileFilter?: FileFilter, splitBytes?: number) {
    super(fileFilter)
    if (splitBytes !== undefined && (!Number.isSafeInteger(splitBytes) || splitBytes < 1)) {
      const reason = `a part needs a number of bytes that is whole and greater than 0, but was given ${String(splitBytes)}`
      throw new FlinkError('GRAPH_INVALID', { operator: 'BlockSplittingRecursiveEnumerator', reason })
    }
    this.#splitBytes = splitBytes
  }

  protected override splitsOf(path: string, fileSizeBytes: number, shareBytes: number): readonly FileSourceSplit[] {
    if (isCompressed(path)) return super.splitsOf(path, fileSizeBytes, shareBytes)
    const wanted = Math.ceil(shareBytes / SPLITS_A_READER)
    const size = this.#splitBytes ?? Math.min(LARGEST_SPLIT_BYTES, Math.max(SMALLEST_SPLIT_BYTES, wanted))
    const count = Math.ceil(fileSizeBytes / size)
    return Array.from({ length: count }, (_, part) => {
      const offset = part * size
      return new FileSourceSplit({ path, offset, length: Math.min(size, fileSizeBytes - offset), fileSizeBytes })
    })
  }
}
