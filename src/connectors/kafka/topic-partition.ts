import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/**
 * A partition of a topic.
 *
 * @example
 * ```ts
 * import { KafkaSource, TopicPartition } from 'flink-ts/connectors/kafka'
 *
 * const builder = KafkaSource.builder<string>().setPartitions([new TopicPartition('orders', 0), new TopicPartition('orders', 2)])
 * ```
 * @see https://kafka.apache.org/39/javadoc/org/apache/kafka/common/TopicPartition.html
 */
export class TopicPartition {
  readonly #topic: string
  readonly #partition: number

  /** GRAPH_INVALID where the partition is no whole number from 0 on. */
  constructor(topic: string, partition: number) {
    if (typeof topic !== 'string' || topic === '') refuse(`its topic has to be a text, and is ${describeValue(topic)}`)
    if (!Number.isInteger(partition) || partition < 0) {
      refuse(`its partition has to be a whole number from 0 on, and is ${describeValue(partition)}`)
    }
    this.#topic = topic
    this.#partition = partition
  }

  topic(): string {
    return this.#topic
  }

  partition(): number {
    return this.#partition
  }

  /** As Kafka names it: `orders-0`. */
  toString(): string {
    return `${this.#topic}-${String(this.#partition)}`
  }
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'TopicPartition', reason })
}
