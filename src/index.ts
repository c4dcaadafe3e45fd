/**
 * Everything that a job or connector author can name, one by one.
 *
 * @module flink-ts
 */
export { StreamExecutionEnvironment } from './api/environment/stream-execution-environment.js'
export {
  CheckpointConfig,
  CheckpointingMode,
  ExternalizedCheckpointCleanup,
} from './api/environment/checkpoint-config.js'
export {
  FileSystemCheckpointStorage,
  JobManagerCheckpointStorage,
  type CheckpointStorage,
} from './api/environment/checkpoint-storages.js'
export { CloseableIterator } from './api/datastream/closeable-iterator.js'
export { ExecutionConfig } from './api/environment/execution-config.js'
export { JobClient } from './api/environment/job-client.js'
export { JobExecutionResult } from './api/environment/job-execution-result.js'
export { ParameterTool } from './api/environment/parameter-tool.js'
export { RestartStrategies, type RestartStrategyConfiguration } from './api/environment/restart-strategies.js'
export { EmbeddedRocksDBStateBackend, RocksDBStateBackend } from './api/environment/rocksdb-state-backends.js'
export {
  FsStateBackend,
  HashMapStateBackend,
  MemoryStateBackend,
  type StateBackend,
} from './api/environment/state-backends.js'
export { Duration, Time, TimeUnit, type DurationLike } from './api/eventtime/time.js'
export {
  CommittableSummary,
  CommittableWithLineage,
  type CommittableMessage,
  type CommittableSummaryFacts,
} from './api/connector/sink2/committable-message.js'
export type { Committer, CommitRequest } from './api/connector/sink2/committer.js'
export type { CommitterInitContext, InitContext, SinkTaskInfo } from './api/connector/sink2/init-context.js'
export type { SinkWriter, SinkWriterContext } from './api/connector/sink2/sink-writer.js'
export type { Sink } from './api/connector/sink2/sink.js'
export { StandardSinkTopologies } from './api/connector/topology/standard-sink-topologies.js'
export type { CommittingSinkWriter, SupportsCommitter } from './api/connector/sink2/supports-committer.js'
export type { SupportsPostCommitTopology } from './api/connector/topology/supports-post-commit-topology.js'
export type { SupportsPreCommitTopology } from './api/connector/topology/supports-pre-commit-topology.js'
export type { SupportsPreWriteTopology } from './api/connector/topology/supports-pre-write-topology.js'
export type { StatefulSinkWriter, SupportsWriterState } from './api/connector/sink2/supports-writer-state.js'
export type { WriterInitContext } from './api/connector/sink2/writer-init-context.js'
export type { SinkProcessingTimeService } from './api/functions/sink/sink-processing-time-service.js'
export { Boundedness } from './api/connector/source/boundedness.js'
export { InputStatus } from './api/connector/source/input-status.js'
export { NumberSequenceSource } from './api/connector/source/lib/number-sequence-source.js'
export type { NumberSequenceSplit } from './api/connector/source/lib/number-sequence-split.js'
export type { ReaderInfo } from './api/connector/source/reader-info.js'
export type { ReaderOutput, SourceOutput } from './api/connector/source/reader-output.js'
export type { SimpleVersionedSerializer } from './api/connector/source/simple-versioned-serializer.js'
export type { SourceEvent } from './api/connector/source/source-event.js'
export type { SourceReaderContext } from './api/connector/source/source-reader-context.js'
export type { SourceReader } from './api/connector/source/source-reader.js'
export type { SourceSplit } from './api/connector/source/source-split.js'
export type { Source } from './api/connector/source/source.js'
export type {
  SplitCallHandler,
  SplitCallPeriod,
  SplitEnumeratorContext,
} from './api/connector/source/split-enumerator-context.js'
export type { SplitEnumerator } from './api/connector/source/split-enumerator.js'
export type { SplitsAssignment } from './api/connector/source/splits-assignment.js'
export { BroadcastConnectedStream } from './api/datastream/broadcast-connected-stream.js'
export { BroadcastStream } from './api/datastream/broadcast-stream.js'
export { CoGroupedStreams } from './api/datastream/co-grouped-streams.js'
export { CoGroupedWithWindow, type CoGroupArgument } from './api/datastream/co-grouped-with-window.js'
export { ConnectedIterativeStreams } from './api/datastream/connected-iterative-streams.js'
export { ConnectedStreams } from './api/datastream/connected-streams.js'
export { DataStream } from './api/datastream/data-stream.js'
export { AsyncDataStream, type AsyncArgument, type RetryArguments } from './api/datastream/async-data-stream.js'
export { AllWindowedStream, type AllWindowArgument } from './api/datastream/all-windowed-stream.js'
export { IntervalJoin } from './api/datastream/interval-join.js'
export { IntervalJoined } from './api/datastream/interval-joined.js'
export { IterativeStream } from './api/datastream/iterative-stream.js'
export { JoinedStreams } from './api/datastream/joined-streams.js'
export { JoinedWithWindow, type JoinArgument } from './api/datastream/joined-with-window.js'
export { KeyedStream } from './api/datastream/keyed-stream.js'
export { QueryableStateStream } from './api/datastream/queryable-state-stream.js'
export type { KeptStateDescriptor } from './api/functions/queryable-state-function.js'
export type { Partitioner } from './api/datastream/partitioner.js'
export { SingleOutputStreamOperator } from './api/datastream/single-output-stream-operator.js'
export { TaggedUnion } from './api/datastream/tagged-union.js'
export { WindowedStream, type WindowArgument } from './api/datastream/windowed-stream.js'
export { DataStreamSource } from './api/datastream/data-stream-source.js'
export { DataStreamSink } from './api/datastream/data-stream-sink.js'
export type { FieldReference } from './api/datastream/aggregations.js'
export type { KeyArgument } from './api/datastream/key-extraction.js'
export type { TimestampAssigner, TimestampAssignerArgument } from './api/eventtime/timestamp-assigner.js'
export type {
  WatermarkGenerator,
  WatermarkGeneratorContext,
  WatermarkGeneratorSupplier,
} from './api/eventtime/watermark-generator.js'
export type { WatermarkOutput } from './api/eventtime/watermark-output.js'
export { WatermarkStrategy } from './api/eventtime/watermark-strategy.js'
export { Watermark } from './api/eventtime/watermark.js'
export type { Accumulator } from './api/functions/accumulator.js'
export { DoubleCounter, IntCounter, ListAccumulator, LongCounter } from './api/functions/accumulators.js'
export { AverageAccumulator } from './api/functions/average-accumulator.js'
export {
  DoubleMaximum,
  DoubleMinimum,
  IntMaximum,
  IntMinimum,
  LongMaximum,
  LongMinimum,
} from './api/functions/extremum-accumulators.js'
export { Histogram } from './api/functions/histogram.js'
export type { AggregateFunction } from './api/functions/aggregate-function.js'
export { RichAsyncFunction, type AsyncFunction } from './api/functions/async/async-function.js'
export { AsyncRetryStrategies } from './api/functions/async/async-retry-strategies.js'
export type { AsyncRetryPredicate, AsyncRetryStrategy } from './api/functions/async/async-retry-strategy.js'
export type { ResultFuture } from './api/functions/async/result-future.js'
export { RetryPredicates } from './api/functions/async/retry-predicates.js'
export {
  BaseBroadcastProcessFunction,
  BroadcastProcessFunction,
  type BroadcastProcessFunctionContext,
  type BroadcastProcessFunctionReadOnlyContext,
} from './api/functions/broadcast-process-function.js'
export type { CheckpointListener } from './api/functions/checkpoint-listener.js'
export type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from './api/functions/checkpointed-function.js'
export { RichCoFlatMapFunction, type CoFlatMapFunction } from './api/functions/co-flat-map-function.js'
export { RichCoMapFunction, type CoMapFunction } from './api/functions/co-map-function.js'
export { CoProcessFunction, KeyedCoProcessFunction } from './api/functions/co-process-function.js'
export { RichCoGroupFunction, type CoGroupFunction } from './api/functions/co-group-function.js'
export type { Collector } from './api/functions/collector.js'
export { RichFilterFunction, type FilterFunction } from './api/functions/filter-function.js'
export { RichFlatJoinFunction, type FlatJoinFunction } from './api/functions/flat-join-function.js'
export { RichFlatMapFunction, type FlatMapFunction } from './api/functions/flat-map-function.js'
export { RichJoinFunction, type JoinFunction } from './api/functions/join-function.js'
export type { KeySelector } from './api/functions/key-selector.js'
export {
  KeyedBroadcastProcessFunction,
  type KeyedBroadcastProcessFunctionContext,
  type KeyedBroadcastProcessFunctionOnTimerContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
  type KeyedStateFunction,
} from './api/functions/keyed-broadcast-process-function.js'
export type { ListCheckpointed } from './api/functions/list-checkpointed.js'
export { RichMapFunction, type MapFunction } from './api/functions/map-function.js'
export type { OpenContext } from './api/functions/open-context.js'
export { OutputTag } from './api/functions/output-tag.js'
export type { DeadLetter, FailedRecord, RecordHeader, RecordOrigin } from './api/badrecords/dead-letter.js'
export type { OnError } from './api/dag/on-error.js'
export type { DeadLetterSink } from './api/datastream/on-error-argument.js'
export {
  KeyedProcessFunction,
  ProcessFunction,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type ProcessFunctionContext,
  type ProcessFunctionOnTimerContext,
} from './api/functions/process-function.js'
export { ProcessJoinFunction, type ProcessJoinFunctionContext } from './api/functions/process-join-function.js'
export { RichReduceFunction, type ReduceFunction } from './api/functions/reduce-function.js'
export { RichFunction } from './api/functions/rich-function.js'
export type { RuntimeContext, TextWriter } from './api/functions/runtime-context.js'
export { RichSinkFunction, type SinkFunction, type SinkFunctionContext } from './api/functions/sink-function.js'
export type { DistributedCache } from './api/functions/distributed-cache.js'
export { PrintSinkFunction } from './api/functions/sink/print-sink-function.js'
export type { SerializationSchema } from './api/functions/sink/serialization-schema.js'
export type { SinkProvider } from './api/connector/sink2/sink-provider.js'
export { TwoPhaseCommitSinkFunction } from './api/functions/sink/two-phase-commit-sink-function.js'
export type { DeserializationSchema } from './api/functions/source/deserialization-schema.js'
export type { SourceProvider } from './api/connector/source/source-provider.js'
export { WriteMode } from './api/functions/sink/write-mode.js'
export {
  ParallelSourceFunction,
  RichParallelSourceFunction,
  RichSourceFunction,
  type SourceContext,
  type SourceFunction,
  type SourceRun,
} from './api/functions/source-function.js'
export { TimeDomain } from './api/functions/time-domain.js'
export type { TimerService } from './api/functions/timer-service.js'
export { AbstractStreamOperator } from './api/operators/abstract-stream-operator.js'
export { AbstractUdfStreamOperator } from './api/operators/abstract-udf-stream-operator.js'
export { CheckpointCommitter } from './api/operators/checkpoint-committer.js'
export { GenericWriteAheadSink } from './api/operators/generic-write-ahead-sink.js'
export type { InternalTimer, InternalTimerService, Triggerable } from './api/operators/internal-timer-service.js'
export type { OneInputStreamOperator } from './api/operators/one-input-stream-operator.js'
export type { Output } from './api/operators/output.js'
export type { ProcessingTimeService } from './api/operators/processing-time-service.js'
export type {
  KeyedStateCheckpointOutputStream,
  KeyGroupStatePartitionStreamProvider,
  OperatorStateCheckpointOutputStream,
  StateInitializationContext,
  StatePartitionStreamProvider,
  StateSnapshotContext,
} from './api/operators/raw-state.js'
export type { StreamOperator } from './api/operators/stream-operator.js'
export { StreamRecord } from './api/operators/stream-record.js'
export type { TwoInputStreamOperator } from './api/operators/two-input-stream-operator.js'
export { VoidNamespace, VoidNamespaceSerializer } from './api/operators/void-namespace.js'
export { WatermarkStatus } from './api/operators/watermark-status.js'
export { AggregatingStateDescriptor } from './api/state/aggregating-state-descriptor.js'
export type { BroadcastState, ReadOnlyBroadcastState } from './api/state/broadcast-state.js'
export type { KeyedStateStore } from './api/state/keyed-state-store.js'
export { ListStateDescriptor } from './api/state/list-state-descriptor.js'
export type { AppendingState, ListState } from './api/state/list-state.js'
export { MapStateDescriptor } from './api/state/map-state-descriptor.js'
export type { MapState } from './api/state/map-state.js'
export type { AggregatingState, ReducingState } from './api/state/merging-state.js'
export type { OperatorStateStore } from './api/state/operator-state-store.js'
export { QueryableStateDescriptor } from './api/state/queryable-state-descriptor.js'
export { ReducingStateDescriptor } from './api/state/reducing-state-descriptor.js'
export type { StateDescriptor } from './api/state/state-descriptor.js'
export type { StateOf } from './api/state/state-of.js'
export {
  StateTtlConfig,
  StateTtlConfigBuilder,
  type TtlStateVisibility,
  type TtlTimeCharacteristic,
  type TtlUpdateType,
} from './api/state/state-ttl-config.js'
export type { MigrateStep, StateSchema, StateSchemaOptions } from './api/state/state-schema.js'
export type { State } from './api/state/state.js'
export { TtlCleanupStrategies, type IncrementalCleanupStrategy } from './api/state/ttl-cleanup-strategies.js'
export { ValueStateDescriptor } from './api/state/value-state-descriptor.js'
export type { DefaultedValueState, ValueState } from './api/state/value-state.js'
export type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from './api/types/standard-schema.js'
export type { TypeInformation } from './api/types/type-information.js'
export { Types, type TypeOf } from './api/types/types-table.js'
export { DynamicEventTimeSessionWindows } from './api/windowing/assigners/dynamic-event-time-session-windows.js'
export { DynamicProcessingTimeSessionWindows } from './api/windowing/assigners/dynamic-processing-time-session-windows.js'
export { EventTimeSessionWindows } from './api/windowing/assigners/event-time-session-windows.js'
export { GlobalWindows } from './api/windowing/assigners/global-windows.js'
export { MergingWindowAssigner, type MergeCallback } from './api/windowing/assigners/merging-window-assigner.js'
export { ProcessingTimeSessionWindows } from './api/windowing/assigners/processing-time-session-windows.js'
export type {
  SessionGapArgument,
  SessionWindowTimeGapExtractor,
} from './api/windowing/assigners/session-window-time-gap-extractor.js'
export { SlidingEventTimeWindows } from './api/windowing/assigners/sliding-event-time-windows.js'
export { SlidingProcessingTimeWindows } from './api/windowing/assigners/sliding-processing-time-windows.js'
export { TumblingEventTimeWindows } from './api/windowing/assigners/tumbling-event-time-windows.js'
export { TumblingProcessingTimeWindows } from './api/windowing/assigners/tumbling-processing-time-windows.js'
export { WindowAssigner, type WindowAssignerContext } from './api/windowing/assigners/window-assigner.js'
export type { DeltaArgument, DeltaFunction } from './api/windowing/delta-function.js'
export { CountEvictor } from './api/windowing/evictors/count-evictor.js'
export { DeltaEvictor } from './api/windowing/evictors/delta-evictor.js'
export { Evictor, type EvictorContext } from './api/windowing/evictors/evictor.js'
export { TimeEvictor } from './api/windowing/evictors/time-evictor.js'
export { TimestampedValue } from './api/windowing/evictors/timestamped-value.js'
export { RichAllWindowFunction, type AllWindowFunction } from './api/windowing/functions/all-window-function.js'
export { ProcessAllWindowFunction } from './api/windowing/functions/process-all-window-function.js'
export {
  ProcessWindowFunction,
  type ProcessWindowFunctionContext,
} from './api/windowing/functions/process-window-function.js'
export { RichWindowFunction, type WindowFunction } from './api/windowing/functions/window-function.js'
export { ContinuousEventTimeTrigger } from './api/windowing/triggers/continuous-event-time-trigger.js'
export { ContinuousProcessingTimeTrigger } from './api/windowing/triggers/continuous-processing-time-trigger.js'
export { CountTrigger } from './api/windowing/triggers/count-trigger.js'
export { DeltaTrigger } from './api/windowing/triggers/delta-trigger.js'
export { EventTimeTrigger } from './api/windowing/triggers/event-time-trigger.js'
export { ProcessingTimeTrigger } from './api/windowing/triggers/processing-time-trigger.js'
export { ProcessingTimeoutTrigger } from './api/windowing/triggers/processing-timeout-trigger.js'
export { PurgingTrigger } from './api/windowing/triggers/purging-trigger.js'
export { Trigger } from './api/windowing/triggers/trigger.js'
export type {
  MergingStateDescriptor,
  OnMergeContext,
  TriggerContext,
} from './api/windowing/triggers/trigger-context.js'
export { TriggerResult } from './api/windowing/triggers/trigger-result.js'
export { GlobalWindow } from './api/windowing/windows/global-window.js'
export { TimeWindow } from './api/windowing/windows/time-window.js'
export type { WindowSerializer } from './api/windowing/windows/window-serializer.js'
export { Window } from './api/windowing/windows/window.js'
export { Configuration } from './core/config/configuration.js'
export type { ErrorCode } from './core/errors/flink-error.js'
export { FlinkError } from './core/errors/flink-error.js'
export type { KeyKind } from './core/keygroups/canonical-key.js'
export type { DataInputView } from './core/memory/data-input-view.js'
export type { DataOutputView } from './core/memory/data-output-view.js'
export type { ClassAlias, ClassOf, PlainForm, RegisteredTypes } from './core/types/registered-types.js'
export type { TypeSerializer } from './core/types/type-serializer.js'
