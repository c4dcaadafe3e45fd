import { FlinkError } from '../../../core/errors/flink-error.js'
import { TopicPartition } from '../topic-partition.js'

/**
 * The topics of a cluster, as a {@link KafkaSubscriber} is given them.
 *
 * @example
 * ```ts
 * import type { KafkaTopics } from 'flink-ts/connectors/kafka'
 *
 * const count = async (topics: KafkaTopics): Promise<number> => (await topics.describe()).size
 * ```
 */
export interface KafkaTopics {
  /** The numbers of their partitions, of those of these names that there are; without names of all but Kafka's own. */
  describe(names?: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>>
  /** Of the cluster, for messages. */
  readonly servers: string
}

/**
 * Says which partitions a source reads; asked when the job starts, and again at every discovery.
 *
 * @example
 * ```ts
 * import { TopicPartition, type KafkaSubscriber } from 'flink-ts/connectors/kafka'
 *
 * const evenOnes: KafkaSubscriber = {
 *   getSubscribedTopicPartitions: async (topics) => {
 *     const found = (await topics.describe(['orders'])).get('orders') ?? []
 *     return found.filter((partition) => partition % 2 === 0).map((partition) => new TopicPartition('orders', partition))
 *   },
 * }
 * ```
 */
export interface KafkaSubscriber {
  getSubscribedTopicPartitions(topics: KafkaTopics): Promise<readonly TopicPartition[]>
}

/** KAFKA_TOPIC_MISSING where one of them is not there. */
export function topicsSubscriber(names: readonly string[]): KafkaSubscriber {
  return {
    getSubscribedTopicPartitions: async (topics) => {
      const found = await topics.describe(names)
      for (const name of names) if (!found.has(name)) throw missing(`The topic ${name}`, topics.servers)
      return partitionsOf(found)
    },
  }
}

/** Whose names are matched as a whole, as Java's Pattern does it. */
export function patternSubscriber(pattern: RegExp): KafkaSubscriber {
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replaceAll(/[gy]/g, ''))
  return {
    getSubscribedTopicPartitions: async (topics) => {
      const found = await topics.describe()
      return partitionsOf(new Map([...found].filter(([name]) => whole.test(name))))
    },
  }
}

/** KAFKA_TOPIC_MISSING where one of them is not there. */
export function partitionsSubscriber(partitions: readonly TopicPartition[]): KafkaSubscriber {
  return {
    getSubscribedTopicPartitions: async (topics) => {
      const found = await topics.describe([...new Set(partitions.map((partition) => partition.topic()))])
      for (const partition of partitions) {
        const isThere = found.get(partition.topic())?.includes(partition.partition()) === true
        if (!isThere) throw missing(`The partition ${partition.toString()}`, topics.servers)
      }
      return partitions
    },
  }
}

function partitionsOf(topics: ReadonlyMap<string, readonly number[]>): readonly TopicPartition[] {
  return [...topics].flatMap(([topic, partitions]) => partitions.map((each) => new TopicPartition(topic, each)))
}

function missing(topic: string, broker: string): FlinkError {
  return new FlinkError('KAFKA_TOPIC_MISSING', { topic, broker, reason: 'no broker knows it' })
}
