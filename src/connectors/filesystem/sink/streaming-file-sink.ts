import { recoverableWriterFor } from '../../../core/fs/recoverable-writer-for.js'
import { BucketsSinkFunction } from './buckets-sink-function.js'
import { BulkPartWriter } from './bulk-part-writer.js'
import type { BulkWriterFactory } from './bulk-writer.js'
import type { Encoder } from './encoder.js'
import { BulkFormatBuilder, RowFormatBuilder } from './file-sink-builders.js'
import { defaultParts, type FileSinkParts } from './file-sink-parts.js'
import { OnCheckpointRollingPolicy } from './on-checkpoint-rolling-policy.js'
import { RowWisePartWriter } from './row-wise-part-writer.js'
import { checkedPart, refuseArgument } from './sink-arguments.js'
import type { HelperParts } from './streaming-file-sink-helper.js'

/**
 * Records to files in directories, exactly once, as a sink function: `FileSink` of earlier versions, with the same buckets, part files and
 * rolling policies. A part file is called `part-<subtask>-<n>`, and gets that name with the checkpoint that has it as whole; so without
 * checkpoints none does. After a failure parts in progress are cut off to what the checkpoint knows, and gone on with. A job that begins
 * without a snapshot counts on from the names that it finds.
 *
 * Errors as of FileSink.
 *
 * Deprecated, as in Flink: use FileSink.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { SimpleStringEncoder, StreamingFileSink } from 'flink-ts/connectors/filesystem'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(10_000)
 * const sink = StreamingFileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>()).build()
 * env.fromElements('a', 'b').addSink(sink).uid('files')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.12/dev/connectors/streamfile_sink.html
 */
export class StreamingFileSink<IN> extends BucketsSinkFunction<IN> {
  readonly #parts: FileSinkParts<IN>

  private constructor(parts: FileSinkParts<IN>) {
    super()
    if (parts.compaction !== undefined)
      refuseArgument('StreamingFileSink', 'it does not compact files, as FileSink can')
    this.#parts = parts
  }

  /** A row format: any beginning of its files that ends with a record is a whole file. GRAPH_INVALID where an argument is something else. */
  static forRowFormat<IN>(path: string, encoder: Encoder<IN>): RowFormatBuilder<IN, StreamingFileSink<IN>> {
    const call = 'StreamingFileSink.forRowFormat'
    checkedPart(call, 'an Encoder, such as new SimpleStringEncoder()', encoder, 'encode')
    const parts = defaultParts<IN>(call, path, (file) => new RowWisePartWriter(file, encoder))
    return new RowFormatBuilder(parts, (built) => new StreamingFileSink(built))
  }

  /** A bulk format, whose part files end with each checkpoint at the latest. GRAPH_INVALID where an argument is something else. */
  static forBulkFormat<IN>(
    path: string,
    writerFactory: BulkWriterFactory<IN>,
  ): BulkFormatBuilder<IN, StreamingFileSink<IN>> {
    const call = 'StreamingFileSink.forBulkFormat'
    checkedPart(call, 'a factory of bulk writers, such as new CompressWriterFactory(encoder)', writerFactory, 'create')
    const parts = defaultParts<IN>(call, path, (file) => BulkPartWriter.open(file, writerFactory))
    const rollingPolicy = OnCheckpointRollingPolicy.build<IN, string>()
    return new BulkFormatBuilder({ ...parts, rollingPolicy }, (built) => new StreamingFileSink(built))
  }

  protected parts(): HelperParts<IN> {
    const { path: uri, ...parts } = this.#parts
    const fileSystems = this.getRuntimeContext().getFileSystems()
    const { fileSystem, path } = fileSystems.forUri(uri)
    return { ...parts, basePath: path, fileSystem, files: recoverableWriterFor(fileSystems, uri) }
  }
}
