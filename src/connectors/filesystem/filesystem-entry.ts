/** @module flink-ts/connectors/filesystem */
export type { FileSystems } from '../../core/fs/file-systems.js'
export type { BulkFormat, BulkFormatReader } from './bulk-format.js'
export type { CheckpointedPosition } from './checkpointed-position.js'
export type { FileEnumerator, FileEnumeratorProvider } from './file-enumerator.js'
export { FileSourceSplit, type FileSourceSplitInput } from './file-source-split.js'
export { FileSource, FileSourceBuilder } from './file-source.js'
export { SimpleSplitAssigner, type FileSplitAssigner, type FileSplitAssignerProvider } from './file-split-assigner.js'
export {
  BlockSplittingRecursiveEnumerator,
  NonSplittingRecursiveEnumerator,
  type FileFilter,
} from './recursive-enumerators.js'
export type { FileStream, RecordBatch, StreamFormat, StreamFormatInput, StreamFormatReader } from './stream-format.js'
export { TextLineInputFormat } from './text-line-input-format.js'
export { UnreadableRecord } from './unreadable-record.js'
export { BasePathBucketAssigner } from './sink/base-path-bucket-assigner.js'
export type { BucketAssigner, BucketAssignerContext } from './sink/bucket-assigner.js'
export type { BulkOutputStream, BulkWriter, BulkWriterFactory } from './sink/bulk-writer.js'
export { ConcatFileCompactor } from './sink/compactor/concat-file-compactor.js'
export { FileCompactStrategy, FileCompactStrategyBuilder } from './sink/compactor/file-compact-strategy.js'
export {
  OutputStreamBasedFileCompactor,
  type CompactingStream,
  type FileToCompact,
} from './sink/compactor/file-compactor.js'
export { IdenticalFileCompactor } from './sink/compactor/identical-file-compactor.js'
export {
  RecordWiseFileCompactor,
  type RecordWiseReader,
  type RecordWiseReaderFactory,
} from './sink/compactor/record-wise-file-compactor.js'
export { StreamFormatBasedReaderFactory } from './sink/compactor/stream-format-based-reader.js'
export { CompressWriterFactory } from './sink/compress-writer-factory.js'
export { DateTimeBucketAssigner } from './sink/date-time-bucket-assigner.js'
export { DefaultRollingPolicy, DefaultRollingPolicyBuilder } from './sink/default-rolling-policy.js'
export type { Encoder, EncoderStream } from './sink/encoder.js'
export { BulkFormatBuilder, RowFormatBuilder } from './sink/file-sink-builders.js'
export type { FileSinkCommittable } from './sink/file-sink-committable.js'
export { FileSink } from './sink/file-sink.js'
export { OnCheckpointRollingPolicy } from './sink/on-checkpoint-rolling-policy.js'
export { OutputFileConfig, OutputFileConfigBuilder } from './sink/output-file-config.js'
export type { PartFileInfo } from './sink/part-file-info.js'
export { CheckpointRollingPolicy, type RollingPolicy } from './sink/rolling-policy.js'
export { SerializationSchemaAdapter } from './sink/serialization-schema-adapter.js'
export { SimpleStringEncoder } from './sink/simple-string-encoder.js'
export { BasePathBucketer } from './sink/bucketing/base-path-bucketer.js'
export type { Bucketer, BucketerClock } from './sink/bucketing/bucketer.js'
export { BucketingSink } from './sink/bucketing/bucketing-sink.js'
export { DateTimeBucketer } from './sink/bucketing/date-time-bucketer.js'
export { StringWriter } from './sink/bucketing/string-writer.js'
export type { Writer } from './sink/bucketing/writer.js'
export { StreamingFileSink } from './sink/streaming-file-sink.js'
