// Duty: the records of a subtask to Kafka: serialized, to a partition, and with EXACTLY_ONCE in one transaction from each checkpoint to the
// next one.
// Invariants: before the barrier of a checkpoint all that came before is written (but with NONE), and what the committer needs is out. A
// transaction begins with its first record: who writes nothing opens none.
// Thread: the task worker that owns the writer.
import type { SinkWriterContext } from '../../../api/connector/sink2/sink-writer.js'
import type { CommittingSinkWriter } from '../../../api/connector/sink2/supports-committer.js'
import type { StatefulSinkWriter } from '../../../api/connector/sink2/supports-writer-state.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import type { KafkaCommittable } from './kafka-committable.js'
import type { KafkaTransaction } from './kafka-transaction.js'
import type { KafkaWriterState } from './kafka-writer-state.js'
import type { PartitionChoice } from './partition-choice.js'
import type { ProducerRecord, RecordHeaders } from './producer-record.js'
import type { BatchRecord } from './growing-batch.js'
import type { RecordSender } from './record-sender.js'
import type { RecordSerialization } from './record-serialization.js'
import { PartitionsUnknown, type SinkContextOfTask } from './sink-context-of-task.js'
import type { TopicPartitions } from './topic-partitions.js'
import type { TransactionNaming } from './transaction-naming.js'

export interface WriterParts<IN> {
  readonly cluster: KafkaCluster
  readonly sender: RecordSender
  readonly topics: TopicPartitions
  readonly choice: PartitionChoice
  readonly serializer: RecordSerialization<IN>
  readonly context: SinkContextOfTask
  readonly clock: Clock
  /** Undefined: nothing is transactional. */
  readonly naming: TransactionNaming | undefined
  /** With EXACTLY_ONCE one. */
  readonly state: KafkaWriterState | undefined
  /** A checkpoint waits until what came before it is written. */
  readonly flushesAtCheckpoints: boolean
}

/** Nobody waits longer for the end of a transaction when all is over. */
const ABORT_TIMEOUT_MS = 1000

export class KafkaWriter<IN>
  implements CommittingSinkWriter<IN, KafkaCommittable>, StatefulSinkWriter<IN, KafkaWriterState>
{
  readonly #parts: WriterParts<IN>
  #transaction: KafkaTransaction | undefined
  /** Asked for in advance: the first record need not wait for it. */
  #next: KafkaTransaction | undefined
  #hasPrepared = false

  constructor(parts: WriterParts<IN>) {
    this.#parts = parts
  }

  write(element: IN, context: SinkWriterContext): void | Promise<void> {
    const timestamp = context.timestamp()
    try {
      return this.#write(this.#parts.serializer.serialize(element, this.#parts.context, timestamp))
    } catch (error) {
      if (error instanceof PartitionsUnknown) return this.#writeKnowing(error.topic, element, context)
      throw error
    }
  }

  async flush(endOfInput: boolean): Promise<void> {
    if (this.#parts.flushesAtCheckpoints || endOfInput) await this.#parts.sender.flush()
  }

  prepareCommit(): readonly KafkaCommittable[] {
    const committable = this.#transaction?.committable()
    this.#transaction = undefined
    this.#hasPrepared = committable !== undefined
    return committable === undefined ? [] : [committable]
  }

  snapshotState(checkpointId: number): readonly KafkaWriterState[] {
    const { naming, state } = this.#parts
    if (naming === undefined || state === undefined) return []
    naming.checkpointTaken(checkpointId)
    this.#next = undefined
    if (this.#hasPrepared) {
      this.#next = naming.begin()
      this.#next.prepareOrigin()
    }
    return [state]
  }

  async close(): Promise<void> {
    const transaction = this.#transaction
    this.#transaction = undefined
    this.#parts.sender.close()
    const aborted = transaction?.abort(ABORT_TIMEOUT_MS) ?? Promise.resolve()
    await settledWithin(aborted, ABORT_TIMEOUT_MS, this.#parts.clock)
    await this.#parts.cluster.close()
  }

  #write(record: ProducerRecord | null): void | Promise<void> {
    if (record === null) return undefined
    const { topics, sender, clock } = this.#parts
    const entry: BatchRecord = {
      key: record.key ?? null,
      value: record.value ?? null,
      headers: record.headers ?? NO_HEADERS,
      timestampMs: validTimestamp(record.timestamp) ?? clock.now(),
    }
    this.#check(record, entry)
    const partitions = topics.known(record.topic)
    if (partitions === undefined || (record.partition ?? 0) >= partitions.length) return this.#writeLater(record, entry)
    this.#append(record, entry, partitions)
    return sender.isFull ? sender.room() : undefined
  }

  /** The topic is new to this writer, or has more partitions than it knows of. */
  async #writeLater(record: ProducerRecord, entry: BatchRecord): Promise<void> {
    const partitions = await this.#parts.topics.load(record.topic)
    if ((record.partition ?? 0) >= partitions.length) {
      const reason = `it is for partition ${String(record.partition)}, and the topic has ${String(partitions.length)}`
      throw notWritable(record.topic, reason)
    }
    this.#append(record, entry, partitions)
  }

  #append({ topic, partition }: ProducerRecord, entry: BatchRecord, partitions: readonly number[]): void {
    const { choice, sender } = this.#parts
    this.#begin()
    const recordBytes = (entry.value?.length ?? 0) + (entry.key?.length ?? 0) + RECORD_BYTES
    sender.append(topic, partition ?? choice.of(topic, partitions, entry.key, recordBytes), entry)
  }

  async #writeKnowing(topic: string, element: IN, context: SinkWriterContext): Promise<void> {
    // What it says is valid during the call only.
    const [timestamp, watermark] = [context.timestamp(), context.currentWatermark()]
    await this.#parts.topics.load(topic)
    await this.write(element, { timestamp: () => timestamp, currentWatermark: () => watermark })
  }

  #begin(): void {
    const { naming, sender } = this.#parts
    if (naming === undefined || this.#transaction !== undefined) return
    this.#transaction = this.#next ?? naming.begin()
    this.#next = undefined
    sender.begin(this.#transaction)
    this.#transaction.prepareOrigin()
  }

  #check({ topic, partition }: ProducerRecord, { key, value, headers }: BatchRecord): void {
    const refuse = (what: string, given: unknown): never => {
      const reason = `its serializer gave ${describeValue(given)} as ${what}`
      throw notWritable(describeValue(topic), reason)
    }
    if (typeof topic !== 'string' || topic === '') refuse('its topic', topic)
    if (partition !== null && partition !== undefined && !(Number.isSafeInteger(partition) && partition >= 0)) {
      refuse('its partition', partition)
    }
    if (!isBytes(key)) refuse('its key', key)
    if (!isBytes(value)) refuse('its value', value)
    if (headers.length > 0 && !headers.every((each) => typeof each?.key === 'string' && isBytes(each.value))) {
      refuse('its headers', headers)
    }
  }
}

const NO_HEADERS: RecordHeaders = []

/** What a record takes beside its key and its value. */
const RECORD_BYTES = 10

function isBytes(field: unknown): boolean {
  return typeof field === 'string' || field === null || field instanceof Uint8Array
}

/** Kafka knows no time before 1970. */
function validTimestamp(timestampMs: number | null | undefined): number | undefined {
  return typeof timestampMs === 'number' && Number.isSafeInteger(timestampMs) && timestampMs >= 0
    ? timestampMs
    : undefined
}

/** About this record alone: the policy for bad records decides. What brokers refuse is not, as others may be lost with it. */
function notWritable(topic: string, reason: string): FlinkError {
  return new FlinkError('RECORD_NOT_WRITABLE', { schema: 'KafkaSink', record: `a record for ${topic}`, reason })
}
