import type { CommitterInitContext } from '../../../api/connector/sink2/init-context.js'
import type { Sink } from '../../../api/connector/sink2/sink.js'
import type { SupportsCommitter } from '../../../api/connector/sink2/supports-committer.js'
import type { SupportsWriterState } from '../../../api/connector/sink2/supports-writer-state.js'
import type { WriterInitContext } from '../../../api/connector/sink2/writer-init-context.js'
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import type { SupportsPreCommitTopology } from '../../../api/connector/topology/supports-pre-commit-topology.js'
import { recoverableWriterFor } from '../../../core/fs/recoverable-writer-for.js'
import { recoverables } from '../../../core/fs/recoverables.js'
import { bucketTexts } from './bucket-state.js'
import { BucketWriter } from './bucket-writer.js'
import { BulkPartWriter } from './bulk-part-writer.js'
import type { BulkWriterFactory } from './bulk-writer.js'
import { compactingTopology } from './compactor/compacting-topology.js'
import { hiddenFiles } from './compactor/hidden-files.js'
import type { Encoder } from './encoder.js'
import { FileCommitter } from './file-committer.js'
import { BulkFormatBuilder, RowFormatBuilder } from './file-sink-builders.js'
import { fileSinkCommittables, type FileSinkCommittable } from './file-sink-committable.js'
import { defaultParts, type FileSinkParts } from './file-sink-parts.js'
import { FileWriter } from './file-writer.js'
import { fileWriterStates, type FileWriterState } from './file-writer-state.js'
import { OnCheckpointRollingPolicy } from './on-checkpoint-rolling-policy.js'
import { RowWisePartWriter } from './row-wise-part-writer.js'
import { checkedPart } from './sink-arguments.js'

/**
 * Records to files in directories, exactly once. A record goes to the bucket that the bucket assigner says, which is a directory below the
 * path, and there to the part file in progress of its subtask, `.part-<uid>-<n>.inprogress.<id>`. The rolling policy says when a part file
 * is whole. With the checkpoint that has it as whole it gets its name, `part-<uid>-<n>`, under which it never changes again; so
 * checkpoints have to be on, or the names come with the end of the input.
 *
 * After a failure parts in progress are cut off to what the checkpoint knows, and gone on with; also where the parallelism changes. What
 * attempts of the same job left in progress after that checkpoint is removed. Files that have their names may be moved and removed by
 * others at any time; a snapshot whose part in progress has become such a file since cannot be gone on from any more.
 *
 * Many small files can be made few large ones before they get their names: `enableCompact`.
 *
 * BUCKET_INVALID for a bucket outside of the path, FILE_ACCESS_REFUSED where a directory takes no new files or a file is in the way,
 * DISK_FULL, FILE_LOST_RECORDS where somebody removed or changed files in progress, FILE_IO_FAILED where that comes out while the job runs,
 * or where another process writes to them as well, such as a second job from the same savepoint.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { DefaultRollingPolicy, FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(10_000)
 * const sink = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 *   .withRollingPolicy(DefaultRollingPolicy.builder().withMaxPartSize(1024 * 1024).build())
 *   .build()
 * env.fromElements('a', 'b').sinkTo(sink).uid('files')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#file-sink
 */
export class FileSink<IN>
  implements Sink<IN>, SupportsCommitter<IN, FileSinkCommittable>, SupportsWriterState<IN, FileWriterState<string>>
{
  readonly #parts: FileSinkParts<IN>

  /** Only of a sink that compacts, or did so before. */
  readonly addPreCommitTopology?: SupportsPreCommitTopology<
    FileSinkCommittable,
    FileSinkCommittable
  >['addPreCommitTopology']

  private constructor(parts: FileSinkParts<IN>) {
    this.#parts = parts
    const { compaction } = parts
    if (compaction !== undefined) this.addPreCommitTopology = compactingTopology({ ...parts, compaction })
  }

  /** A row format: any beginning of its files that ends with a record is a whole file. GRAPH_INVALID where an argument is something else. */
  static forRowFormat<IN>(path: string, encoder: Encoder<IN>): RowFormatBuilder<IN, FileSink<IN>> {
    checkedPart('FileSink.forRowFormat', 'an Encoder, such as new SimpleStringEncoder()', encoder, 'encode')
    const parts = defaultParts<IN>('FileSink.forRowFormat', path, (file) => new RowWisePartWriter(file, encoder))
    return new RowFormatBuilder(parts, (built) => new FileSink(built))
  }

  /**
   * A bulk format, whose files are nothing before they are whole: each of them ends with a checkpoint at the latest. Such as gzip:
   * {@link CompressWriterFactory}. GRAPH_INVALID where an argument is something else.
   */
  static forBulkFormat<IN>(path: string, writerFactory: BulkWriterFactory<IN>): BulkFormatBuilder<IN, FileSink<IN>> {
    const what = 'a factory of bulk writers, such as new CompressWriterFactory(encoder)'
    checkedPart('FileSink.forBulkFormat', what, writerFactory, 'create')
    const parts = defaultParts<IN>('FileSink.forBulkFormat', path, (file) => BulkPartWriter.open(file, writerFactory))
    const rollingPolicy = OnCheckpointRollingPolicy.build<IN, string>()
    return new BulkFormatBuilder({ ...parts, rollingPolicy }, (built) => new FileSink(built))
  }

  createWriter(context: WriterInitContext): Promise<FileWriter<IN, string>> {
    return this.restoreWriter(context, [])
  }

  restoreWriter(
    context: WriterInitContext,
    recoveredState: readonly FileWriterState<string>[],
  ): Promise<FileWriter<IN, string>> {
    const { path, createPartWriter, compaction = 'disabled', ...parts } = this.#parts
    const fileSystems = context.getFileSystems()
    const { fileSystem, path: basePath } = fileSystems.forUri(path)
    const isHidden = compaction !== 'disabled' && fileSystem.isObjectStore === true
    const outputFileConfig = isHidden ? hiddenFiles(parts.outputFileConfig) : parts.outputFileConfig
    const bucketWriter = new BucketWriter(recoverableWriterFor(fileSystems, path), createPartWriter)
    return FileWriter.open({ ...parts, outputFileConfig, basePath, bucketWriter }, context, recoveredState)
  }

  getWriterStateSerializer(): SimpleVersionedSerializer<FileWriterState<string>> {
    return fileWriterStates(bucketTexts, recoverables)
  }

  createCommitter(context: CommitterInitContext): FileCommitter {
    const { path } = this.#parts
    const fileSystems = context.getFileSystems()
    const isRestored = context.getRestoredCheckpointId() !== null
    return new FileCommitter(recoverableWriterFor(fileSystems, path), fileSystems.forUri(path).fileSystem, isRestored)
  }

  getCommittableSerializer(): SimpleVersionedSerializer<FileSinkCommittable> {
    return fileSinkCommittables(recoverables)
  }
}
