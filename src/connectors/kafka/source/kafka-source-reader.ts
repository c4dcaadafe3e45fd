// Duty: the reader of a Kafka source: emits the records of its partitions, keeps how far each was emitted, and tells the broker after
// checkpoints.
// A reader without partitions is idle: with more subtasks than partitions event time would stand still for ever otherwise.
// Invariant: what the broker is told is what a completed checkpoint has. It is for others to look at: the job itself goes on from its
// state, so a commit that fails is logged and counted, and nothing else.
// Thread: the task worker that owns the task.
import { InputStatus } from '../../../api/connector/source/input-status.js'
import type { ReaderOutput, SourceOutput } from '../../../api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../../api/connector/source/source-reader-context.js'
import type { Collector } from '../../../api/functions/collector.js'
import type { FailedRecord } from '../../../api/badrecords/dead-letter.js'
import { SourceReaderBase } from '../../base/source-reader-base.js'
import type { RecordEmitter } from '../../base/record-emitter.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { ConsumerRecord } from './consumer-record.js'
import { partitionId, type KafkaPartitionSplit } from './kafka-partition-split.js'
import { KafkaPartitionSplitReader, type SplitReaderInput } from './kafka-partition-split-reader.js'
import { schemaName, type KafkaRecordDeserializationSchema } from './kafka-record-deserialization-schema.js'
import { isPartitionsAssigned } from './partitions-assigned.js'
import { PositionReached, type FetchedElement } from './kafka-records.js'
import type { OffsetCommitter } from './offset-committer.js'
import type { KafkaSourceReaderMetrics, PartitionFigures } from './kafka-source-reader-metrics.js'

export interface KafkaSourceReaderInput<T> extends SplitReaderInput {
  readonly context: SourceReaderContext
  readonly deserializer: KafkaRecordDeserializationSchema<T>
  readonly committer: OffsetCommitter | undefined
  /** Undefined: only stopping offsets end it. */
  readonly ending: { readonly isOver: boolean } | undefined
}

/** What it gives is looked at: it may be a promise, which nobody would await. */
interface ObservedDeserializer<T> {
  deserialize(record: ConsumerRecord, out: Collector<T>): unknown
}

const NO_CHECKPOINT = -1

/** How far a partition was emitted. */
interface KafkaPartitionState {
  readonly split: KafkaPartitionSplit
  readonly figures: PartitionFigures
  /** Of the next record. */
  nextOffset: number
  topicId: string | undefined
}

export class KafkaSourceReader<T> extends SourceReaderBase<
  FetchedElement,
  T,
  KafkaPartitionSplit,
  KafkaPartitionState
> {
  readonly #input: KafkaSourceReaderInput<T>
  readonly #metrics: KafkaSourceReaderMetrics
  readonly #ending: { readonly isOver: boolean } | undefined
  /** It has no partition, and the job's time is not to wait for one; to be said with the next poll. */
  #isIdleUntold = false

  constructor(input: KafkaSourceReaderInput<T>) {
    const { context, deserializer, metrics } = input
    super({
      context,
      splitReader: new KafkaPartitionSplitReader(input),
      recordEmitter: new KafkaRecordEmitter(deserializer),
    })
    this.#input = input
    this.#metrics = metrics
    this.#ending = input.ending
  }

  override async start(): Promise<void> {
    await this.#input.deserializer.open?.()
    this.#input.committer?.start(() => super.snapshotState(NO_CHECKPOINT))
  }

  override addSplits(splits: readonly KafkaPartitionSplit[]): void {
    this.#isIdleUntold = false
    super.addSplits(splits)
  }

  override handleSourceEvents(event: unknown): void {
    if (!isPartitionsAssigned(event) || this.getNumberOfCurrentlyAssignedSplits() > 0) return
    this.#isIdleUntold = true
    this.notifyAvailable()
  }

  override pollNext(output: ReaderOutput<T>): InputStatus {
    if (this.#isIdleUntold) {
      this.#isIdleUntold = false
      output.markIdle()
    }
    return this.#ending?.isOver === true ? InputStatus.END_OF_INPUT : super.pollNext(output)
  }

  override snapshotState(checkpointId: number): readonly KafkaPartitionSplit[] {
    const splits = super.snapshotState(checkpointId)
    this.#input.committer?.noteCheckpoint(checkpointId, splits)
    return splits
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#input.committer?.commit(checkpointId)
  }

  override async close(): Promise<void> {
    await this.#input.committer?.close()
    await super.close()
  }

  protected initializedState(split: KafkaPartitionSplit): KafkaPartitionState {
    const figures = this.#metrics.figuresOf(split.getTopic(), split.getPartition())
    return { split, figures, nextOffset: split.getStartingOffset(), topicId: split.getTopicId() }
  }

  protected toSplitType(_splitId: string, { split, nextOffset, topicId }: KafkaPartitionState): KafkaPartitionSplit {
    return split.from(nextOffset, topicId)
  }

  protected onSplitFinished(finished: ReadonlyMap<string, KafkaPartitionState>): void {
    for (const [splitId, state] of finished) this.#input.committer?.noteFinished(this.toSplitType(splitId, state))
  }
}

/** What becomes of one record is emitted when all of it is there: so it is all or nothing where the deserializer fails. */
class KafkaRecordEmitter<T> implements RecordEmitter<FetchedElement, T, KafkaPartitionState>, Collector<T> {
  readonly #deserializer: KafkaRecordDeserializationSchema<T>
  readonly #made: T[] = []

  constructor(deserializer: KafkaRecordDeserializationSchema<T>) {
    this.#deserializer = deserializer
  }

  emitRecord(element: FetchedElement, output: SourceOutput<T>, state: KafkaPartitionState): void {
    if (element instanceof PositionReached) {
      state.nextOffset = element.offset
      state.topicId = element.log.topicId
      return
    }
    const made = this.#made
    made.length = 0
    const deserializer: ObservedDeserializer<T> = this.#deserializer
    let result: unknown
    try {
      result = deserializer.deserialize(element, this)
    } catch (error) {
      made.length = 0
      this.#recordFailed(element, output, error)
    }
    const timestamp = element.timestamp()
    for (const record of made) {
      if (timestamp < 0) output.collect(record)
      else output.collect(record, timestamp)
    }
    const offset = element.offset()
    state.nextOffset = offset + 1
    state.figures.currentOffset = offset
    state.topicId = element.topicId()
    // The base looks whether it is a promise.
    return result as undefined
  }

  collect(record: T): void {
    this.#made.push(record)
  }

  /** Goes on, or throws, by the policy of the source. */
  #recordFailed(record: ConsumerRecord, output: SourceOutput<T>, error: unknown): void {
    try {
      output.recordFailed(error, failedRecord(record))
    } catch (thrown) {
      if (thrown !== error || FlinkError.is(error)) throw thrown
      const partition = partitionId({ topic: record.topic(), partition: record.partition() })
      const details = { partition, offset: String(record.offset()), schema: schemaName(this.#deserializer) }
      throw new FlinkError('KAFKA_RECORD_INVALID', { ...details, reason: messageOf(error) }, { cause: error })
    }
  }
}

function failedRecord(record: ConsumerRecord): FailedRecord {
  const headers = record.headers().map(({ key: name, value }) => ({ name, value }))
  const origin = {
    topic: record.topic(),
    partition: record.partition(),
    offset: record.offset(),
    key: record.key(),
    headers,
  }
  const timestamp = record.timestamp() < 0 ? undefined : record.timestamp()
  return { record: record.value(), timestamp, origin }
}
