import type { SerializationSchema } from '../../../api/functions/sink/serialization-schema.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import type { KafkaPartitioner } from '../sink/kafka-partitioner.js'
import type { ProducerRecord } from '../sink/producer-record.js'
import type { KafkaSinkContext, RecordSerialization } from '../sink/record-serialization.js'

type Bytes = Uint8Array | string | null

/**
 * Makes the whole record, for a {@link FlinkKafkaProducer}.
 *
 * @example
 * ```ts
 * import { ProducerRecord, type KafkaSerializationSchema } from 'flink-ts/connectors/kafka'
 *
 * const words: KafkaSerializationSchema<string> = {
 *   serialize: (word, timestamp) => new ProducerRecord('words', null, timestamp, word, word),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.13/api/java/org/apache/flink/streaming/connectors/kafka/KafkaSerializationSchema.html
 */
export interface KafkaSerializationSchema<T> {
  open?(context: KafkaSinkContext): void | Promise<void>
  serialize(element: T, timestamp: number | null): ProducerRecord | null
}

/**
 * Key, value and perhaps the topic of a record, for a {@link FlinkKafkaProducer}.
 *
 * @example
 * ```ts
 * import type { KeyedSerializationSchema } from 'flink-ts/connectors/kafka'
 *
 * const counts: KeyedSerializationSchema<[string, number]> = {
 *   serializeKey: ([word]) => word,
 *   serializeValue: ([, count]) => String(count),
 *   getTargetTopic: () => null,
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.13/api/java/org/apache/flink/streaming/util/serialization/KeyedSerializationSchema.html
 */
export interface KeyedSerializationSchema<T> {
  serializeKey(element: T): Bytes
  serializeValue(element: T): Bytes
  /** Null: the topic that the producer was given. */
  getTargetTopic(element: T): string | null
}

export type LegacySchema<T> = SerializationSchema<T> | KeyedSerializationSchema<T> | KafkaSerializationSchema<T>

export interface LegacySerialization<T> {
  readonly topic: string
  readonly schema: LegacySchema<T>
  /** True: `schema` makes the whole record. */
  readonly makesRecords: boolean
  readonly partitioner: KafkaPartitioner<T> | undefined
  readonly writesTimestamps: boolean
}

export function isKeyedSchema<T>(schema: LegacySchema<T>): schema is KeyedSerializationSchema<T> {
  return hasMethods(schema, 'serializeKey', 'serializeValue')
}

/** As the serializer of a KafkaSink. */
export function recordSerializationOf<T>(parts: LegacySerialization<T>): RecordSerialization<T> {
  const { schema, partitioner } = parts
  return {
    open: async (context) => {
      if (hasMethods(schema, 'open')) await (schema as { open(context: KafkaSinkContext): unknown }).open(context)
      partitioner?.open?.(context.getParallelInstanceId(), context.getNumberOfParallelInstances())
    },
    serialize: parts.makesRecords
      ? (element, _context, timestamp) => (schema as KafkaSerializationSchema<T>).serialize(element, timestamp)
      : (element, context, timestamp) => recordOf(parts, element, { context, timestamp }),
  }
}

function recordOf<T>(
  parts: LegacySerialization<T>,
  element: T,
  { context, timestamp }: { readonly context: KafkaSinkContext; readonly timestamp: number | null },
): ProducerRecord {
  const { schema, partitioner, writesTimestamps } = parts
  const isKeyed = isKeyedSchema(schema)
  const key = isKeyed ? schema.serializeKey(element) : null
  const value = isKeyed ? schema.serializeValue(element) : (schema as SerializationSchema<T>).serialize(element)
  const topic = (isKeyed ? schema.getTargetTopic(element) : null) ?? parts.topic
  const partition = partitioner?.partition(element, key, value, topic, context.getPartitionsForTopic(topic)) ?? null
  return { topic, partition, key, value, headers: [], timestamp: writesTimestamps ? timestamp : null }
}
