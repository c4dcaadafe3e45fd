/** @module flink-ts/connectors/kafka */
export { FlinkKafkaConsumer011 } from './legacy/flink-kafka-consumer-011.js'
export { FlinkKafkaConsumer } from './legacy/flink-kafka-consumer.js'
export { KafkaTopicPartition } from './legacy/kafka-topic-partition.js'
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
export { TransactionNamingStrategy } from './sink/transaction-naming-strategy.js'
export { KafkaSink } from './sink/kafka-sink.js'
export { KafkaSinkBuilder } from './sink/kafka-sink-builder.js'
export {
  ProducerRecord,
  type ProducerRecordFields,
  type RecordHeader,
  type RecordHeaders,
} from './sink/producer-record.js'
export { Properties, type PropertiesLike } from './properties/properties.js'
export { ConsumerRecord, type KafkaHeader, type TimestampType } from './source/consumer-record.js'
export type { KafkaPartitionSplit, KafkaSourceEnumState } from './source/kafka-partition-split.js'
export { KafkaDeserializationSchema } from './source/kafka-deserialization-schema.js'
export type { KafkaClass, KafkaConfigurable } from './kafka-codec.js'
export {
  KafkaRecordDeserializationSchema,
  type KafkaDeserializer,
} from './source/kafka-record-deserialization-schema.js'
export { KafkaSource, type KafkaSourceBuilder } from './source/kafka-source.js'
export type { KafkaSubscriber, KafkaTopics } from './source/kafka-subscriber.js'
export {
  OffsetResetStrategy,
  OffsetsInitializer,
  type PartitionOffsets,
  type PartitionOffsetsRetriever,
} from './source/offsets-initializer.js'
export { TopicPartition } from './topic-partition.js'
export { FlinkKafkaProducer, type Semantic } from './legacy/flink-kafka-producer.js'
export { FlinkKafkaProducer011 } from './legacy/flink-kafka-producer-011.js'
export type { KafkaSerializationSchema, KeyedSerializationSchema, LegacySchema } from './legacy/producer-schemas.js'
