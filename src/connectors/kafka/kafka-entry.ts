/** Sub-path `flink-ts/connectors/kafka`. */
export { DeliveryGuarantee } from '../base/delivery-guarantee.js'
export type { KafkaCommittable } from './sink/kafka-committable.js'
export {
  FlinkFixedPartitioner,
  type HeaderProvider,
  type KafkaPartitioner,
  type TopicSelector,
} from './sink/kafka-partitioner.js'
export { KafkaRecordSerializationSchema } from './sink/kafka-record-serialization-schema.js'
export type { KafkaSinkContext } from './sink/record-serialization.js'
export {
  KafkaRecordSerializationSchemaBuilder,
  type KafkaSerializer,
} from './sink/kafka-record-serialization-schema-builder.js'
export { KafkaSink } from './sink/kafka-sink.js'
export { KafkaSinkBuilder } from './sink/kafka-sink-builder.js'
export {
  ProducerRecord,
  type ProducerRecordFields,
  type RecordHeader,
  type RecordHeaders,
} from './sink/producer-record.js'
