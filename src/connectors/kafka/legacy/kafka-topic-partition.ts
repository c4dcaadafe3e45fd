import { TopicPartition } from '../topic-partition.js'

/**
 * A partition, as the earlier consumers name it.
 *
 * @example
 * ```ts
 * import { KafkaTopicPartition, type FlinkKafkaConsumer } from 'flink-ts/connectors/kafka'
 *
 * const begin = (consumer: FlinkKafkaConsumer<string>): FlinkKafkaConsumer<string> =>
 *   consumer.setStartFromSpecificOffsets(new Map([[new KafkaTopicPartition('orders', 0), 23]]))
 * ```
 */
export class KafkaTopicPartition extends TopicPartition {
  getTopic(): string {
    return this.topic()
  }

  getPartition(): number {
    return this.partition()
  }
}
