import { Boundedness } from '../../api/connector/source/boundedness.js'
import type { SimpleVersionedSerializer } from '../../api/connector/source/simple-versioned-serializer.js'
import type { Source } from '../../api/connector/source/source.js'
import type { SourceReaderContext } from '../../api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../api/connector/source/source-reader.js'
import type { SplitEnumeratorContext } from '../../api/connector/source/split-enumerator-context.js'
import type { SplitEnumerator } from '../../api/connector/source/split-enumerator.js'
import { toMilliseconds, type DurationLike } from '../../api/eventtime/time.js'
import { hasMethods } from '../../api/functions/has-methods.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { BulkFormat } from './bulk-format.js'
import type { FileEnumeratorProvider } from './file-enumerator.js'
import { FileSourceReader } from './file-source-reader.js'
import {
  fileSourceSplits,
  pendingSplitsCheckpoints,
  type FileSourceSplit,
  type PendingSplits,
} from './file-source-split.js'
import { SimpleSplitAssigner, type FileSplitAssigner, type FileSplitAssignerProvider } from './file-split-assigner.js'
import { ContinuousFileSplitEnumerator, StaticFileSplitEnumerator } from './file-split-enumerators.js'
import { BlockSplittingRecursiveEnumerator, NonSplittingRecursiveEnumerator } from './recursive-enumerators.js'
import { StreamFormatAdapter } from './stream-format-adapter.js'
import type { StreamFormat } from './stream-format.js'

type FileSplitEnumerator = SplitEnumerator<FileSourceSplit, PendingSplits>

interface FileSourceParts<T> {
  readonly paths: readonly string[]
  readonly format: BulkFormat<T>
  readonly fileEnumerator: FileEnumeratorProvider
  readonly splitAssigner: FileSplitAssignerProvider
  readonly discoveryIntervalMs: number | undefined
}

/**
 * Records of files, and of all files of directories at any depth. Parallel, by parts of large files; exactly once: how far each part
 * was read is in the state. Bounded, or with `monitorContinuously` without an end: then files that come later are read as well, each
 * once, by its path. A file is read as long as it was when it was found: move files in when they are complete, or write them under a
 * name that begins with `.` or `_`, which is not looked at.
 *
 * Files that end with `.gz`, `.gzip`, `.deflate`, `.bz2`, `.xz`, and on Node from 22.15 on `.zst`, are unpacked, each whole by one reader.
 *
 * A reader gets one part after the other, so time of a part that it gets late may be older than its watermark.
 *
 * INPUT_NOT_FOUND for a path that is not there, FILE_NOT_FOUND for a file that went before it was read, FILE_IO_FAILED for one that became
 * shorter, FILE_RECORD_INVALID for what its format cannot read.
 *
 * @example
 * ```ts
 * import { Duration, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
 * import { FileSource, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const lines = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data/in')
 *   .monitorContinuously(Duration.ofSeconds(10))
 *   .build()
 * env.fromSource(lines, WatermarkStrategy.noWatermarks(), 'lines').uid('lines').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#file-source
 */
export class FileSource<T> implements Source<T, FileSourceSplit, PendingSplits> {
  readonly #parts: FileSourceParts<T>

  private constructor(parts: FileSourceParts<T>) {
    this.#parts = parts
  }

  /** Of files that are read from front to back. GRAPH_INVALID without a path, or where the format is none. */
  static forRecordStreamFormat<T>(format: StreamFormat<T>, ...paths: readonly string[]): FileSourceBuilder<T> {
    checkFormat('forRecordStreamFormat', format)
    return builderOf('forRecordStreamFormat', new StreamFormatAdapter(format), paths)
  }

  /** Of a format that opens its files itself. GRAPH_INVALID without a path, or where the format is none. */
  static forBulkFileFormat<T>(format: BulkFormat<T>, ...paths: readonly string[]): FileSourceBuilder<T> {
    checkFormat('forBulkFileFormat', format)
    return builderOf('forBulkFileFormat', format, paths)
  }

  getBoundedness(): Boundedness {
    const { discoveryIntervalMs } = this.#parts
    return discoveryIntervalMs === undefined ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#parts.format.getProducedType?.()
  }

  createReader(context: SourceReaderContext): SourceReader<T, FileSourceSplit> {
    return new FileSourceReader(context, this.#parts.format)
  }

  async createEnumerator(context: SplitEnumeratorContext<FileSourceSplit>): Promise<FileSplitEnumerator> {
    const { fileEnumerator, paths, splitAssigner } = this.#parts
    const parallelism = context.currentParallelism()
    const splits = await fileEnumerator().enumerateSplits(paths, parallelism, context.getFileSystems())
    return this.#enumerator(
      context,
      splitAssigner(splits),
      splits.map(({ path }) => path),
    )
  }

  restoreEnumerator(
    context: SplitEnumeratorContext<FileSourceSplit>,
    { splits, alreadyProcessedPaths }: PendingSplits,
  ): FileSplitEnumerator {
    return this.#enumerator(context, this.#parts.splitAssigner(splits), alreadyProcessedPaths)
  }

  getSplitSerializer(): SimpleVersionedSerializer<FileSourceSplit> {
    return fileSourceSplits
  }

  getEnumeratorCheckpointSerializer(): SimpleVersionedSerializer<PendingSplits> {
    return pendingSplitsCheckpoints
  }

  #enumerator(
    context: SplitEnumeratorContext<FileSourceSplit>,
    assigner: FileSplitAssigner,
    alreadyProcessedPaths: readonly string[],
  ): FileSplitEnumerator {
    const { discoveryIntervalMs, fileEnumerator, paths } = this.#parts
    if (discoveryIntervalMs === undefined) return new StaticFileSplitEnumerator(context, assigner)
    const found = { assigner, paths, alreadyProcessedPaths, discoveryIntervalMs }
    return new ContinuousFileSplitEnumerator({ context, fileEnumerator: fileEnumerator(), ...found })
  }

  /** Of a builder. */
  static of<T>(parts: FileSourceParts<T>): FileSource<T> {
    return new FileSource(parts)
  }
}

/**
 * Makes a {@link FileSource}.
 *
 * @example
 * ```ts
 * import { FileSource, TextLineInputFormat, type FileSourceBuilder } from 'flink-ts/connectors/filesystem'
 *
 * const builder: FileSourceBuilder<string> = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data')
 * const lines = builder.processStaticFileSet().build()
 * ```
 */
export class FileSourceBuilder<T> {
  #parts: FileSourceParts<T>

  constructor(parts: FileSourceParts<T>) {
    this.#parts = parts
  }

  /** Looks for new files again and again: `discoveryInterval` in ms, or as a Duration or a Time. GRAPH_INVALID where it is not greater than 0. */
  monitorContinuously(discoveryInterval: DurationLike): this {
    const intervalMs = toMilliseconds(discoveryInterval)
    if (!(Number.isFinite(intervalMs) && intervalMs > 0)) {
      refuse(
        'monitorContinuously',
        `the interval has to be greater than 0, but was ${describeValue(discoveryInterval)}`,
      )
    }
    this.#parts = { ...this.#parts, discoveryIntervalMs: intervalMs }
    return this
  }

  /** Only the files that there are when the job starts: so it is where nothing else is said. */
  processStaticFileSet(): this {
    this.#parts = { ...this.#parts, discoveryIntervalMs: undefined }
    return this
  }

  setFileEnumerator(fileEnumerator: FileEnumeratorProvider): this {
    this.#parts = { ...this.#parts, fileEnumerator: checkedFunction('setFileEnumerator', fileEnumerator) }
    return this
  }

  setSplitAssigner(splitAssigner: FileSplitAssignerProvider): this {
    this.#parts = { ...this.#parts, splitAssigner: checkedFunction('setSplitAssigner', splitAssigner) }
    return this
  }

  build(): FileSource<T> {
    return FileSource.of(this.#parts)
  }
}

function builderOf<T>(call: string, format: BulkFormat<T>, paths: readonly string[]): FileSourceBuilder<T> {
  const [first] = paths
  if (first === undefined) refuse(call, 'it needs a path')
  const given: readonly unknown[] = paths
  const noPath = given.find((path) => typeof path !== 'string')
  if (noPath !== undefined) refuse(call, `a path has to be a text, but one is ${describeValue(noPath)}`)
  const fileEnumerator: FileEnumeratorProvider = format.isSplittable()
    ? () => new BlockSplittingRecursiveEnumerator()
    : () => new NonSplittingRecursiveEnumerator()
  const splitAssigner: FileSplitAssignerProvider = (splits) => new SimpleSplitAssigner(splits)
  return new FileSourceBuilder({ paths, format, fileEnumerator, splitAssigner, discoveryIntervalMs: undefined })
}

function checkFormat(call: string, format: unknown): void {
  if (hasMethods(format, 'createReader', 'restoreReader', 'isSplittable')) return
  refuse(call, `it takes a format, such as new TextLineInputFormat(), and was given ${describeValue(format)}`)
}

function checkedFunction<F>(call: string, given: F): F {
  if (typeof given === 'function') return given
  return refuse(call, `it takes a function that makes one, and was given ${describeValue(given)}`)
}

function refuse(call: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: `FileSource.${call}`, reason })
}
