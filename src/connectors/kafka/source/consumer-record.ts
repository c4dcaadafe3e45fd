import { WireReader } from '../client/wire-reader.js'

/** What all records of a partition share. */
export interface PartitionLog {
  readonly topic: string
  readonly partition: number
  /** Of the topic: another one where it was deleted and made again. */
  readonly topicId: string
}

/** Where in the bytes of a batch the parts of a record lie; a length of -1 is null. */
export interface RecordParts {
  readonly offset: number
  readonly timestamp: number
  readonly hasLogAppendTime: boolean
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** In bytes: read when they are asked for. */
  readonly headers: Uint8Array
}

/**
 * A name and a value that stand beside a record.
 *
 * @example
 * ```ts
 * import type { ConsumerRecord, KafkaHeader } from 'flink-ts/connectors/kafka'
 *
 * const trace = (record: ConsumerRecord): KafkaHeader | undefined => record.headers().find(({ key }) => key === 'trace')
 * ```
 */
export interface KafkaHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/**
 * How a record got its timestamp: by who wrote it, or by the broker when it came in.
 *
 * @example
 * ```ts
 * import type { TimestampType } from 'flink-ts/connectors/kafka'
 *
 * const isOfTheBroker = (type: TimestampType): boolean => type === 'LogAppendTime'
 * ```
 */
export type TimestampType = 'CreateTime' | 'LogAppendTime'

/**
 * A record as Kafka gave it: what a {@link KafkaRecordDeserializationSchema} makes records of the job from. Key and value are parts of what
 * was fetched: who keeps one for long copies it (`value.slice()`).
 *
 * @example
 * ```ts
 * import type { ConsumerRecord } from 'flink-ts/connectors/kafka'
 *
 * const place = (record: ConsumerRecord): string => `${record.topic()}-${record.partition()}@${record.offset()}`
 * ```
 * @see https://kafka.apache.org/39/javadoc/org/apache/kafka/clients/consumer/ConsumerRecord.html
 */
export class ConsumerRecord {
  readonly #log: PartitionLog
  readonly #parts: RecordParts

  constructor(log: PartitionLog, parts: RecordParts) {
    this.#log = log
    this.#parts = parts
  }

  topic(): string {
    return this.#log.topic
  }

  /** Another one where the topic was deleted and made again under its name. */
  topicId(): string {
    return this.#log.topicId
  }

  partition(): number {
    return this.#log.partition
  }

  offset(): number {
    return this.#parts.offset
  }

  /** Epoch ms. */
  timestamp(): number {
    return this.#parts.timestamp
  }

  timestampType(): TimestampType {
    return this.#parts.hasLogAppendTime ? 'LogAppendTime' : 'CreateTime'
  }

  key(): Uint8Array | null {
    return this.#parts.key
  }

  /** Null: a record that says that its key is no more. */
  value(): Uint8Array | null {
    return this.#parts.value
  }

  /** In the order in which they were written; a key may come several times. */
  headers(): readonly KafkaHeader[] {
    const reader = new WireReader(bufferOver(this.#parts.headers))
    const count = reader.readVarint()
    const all: KafkaHeader[] = []
    for (let index = 0; index < count; index += 1) {
      const key = reader.readBytes(reader.readVarint()).toString('utf8')
      const length = reader.readVarint()
      all.push({ key, value: length < 0 ? null : reader.readBytes(length) })
    }
    return all
  }

  /** The value of the last header of this key. */
  lastHeader(key: string): Uint8Array | null | undefined {
    return this.headers().findLast((header) => header.key === key)?.value
  }

  /** -1 for null. */
  serializedKeySize(): number {
    return this.#parts.key?.length ?? -1
  }

  /** -1 for null. */
  serializedValueSize(): number {
    return this.#parts.value?.length ?? -1
  }
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
