/** Sub-path `flink-ts/connectors/kafka`. */
export { Properties, type PropertiesLike } from './properties/properties.js'
export { ConsumerRecord, type KafkaHeader, type TimestampType } from './source/consumer-record.js'
export type { KafkaPartitionSplit, KafkaSourceEnumState } from './source/kafka-partition-split.js'
export {
  KafkaRecordDeserializationSchema,
  type KafkaDeserializationSchema,
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
