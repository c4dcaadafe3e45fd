import { KafkaRecordSerializationSchemaBuilder } from './kafka-record-serialization-schema-builder.js'
import type { RecordSerialization } from './record-serialization.js'

/**
 * How records of the stream become records of Kafka. Where one is taken, a function `(element, context, timestamp) => ...` serves as well.
 * Null in place of a record writes nothing.
 *
 * @example
 * ```ts
 * import { KafkaRecordSerializationSchema, ProducerRecord } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const lines = KafkaRecordSerializationSchema.builder<string>()
 *   .setTopic('lines')
 *   .setValueSerializationSchema(new SimpleStringSchema())
 *   .build()
 * const counts: KafkaRecordSerializationSchema<[string, number]> = {
 *   serialize: ([word, count]) => new ProducerRecord('counts', word, String(count)),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/kafka/#serializer
 */
export type KafkaRecordSerializationSchema<T> = RecordSerialization<T>

export const KafkaRecordSerializationSchema = {
  builder<T>(): KafkaRecordSerializationSchemaBuilder<T> {
    return new KafkaRecordSerializationSchemaBuilder<T>()
  },
} as const
