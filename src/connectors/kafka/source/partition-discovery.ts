// Duty: which partitions there are, and from where to where those are read that nobody has read before.
// Thread: the task worker of the operator's first subtask, beside the enumerator.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import { addressText } from '../client/kafka-client-settings.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { committedOffsets, EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from '../client/kafka-offsets.js'
import type { TopicPartition } from '../topic-partition.js'
import { EARLIEST_OFFSET, KafkaPartitionSplit } from './kafka-partition-split.js'
import type { KafkaSubscriber, KafkaTopics } from './kafka-subscriber.js'
import {
  LATEST_OFFSET,
  OffsetsInitializer,
  type PartitionOffsets,
  type PartitionOffsetsRetriever,
} from './offsets-initializer.js'

export interface DiscoveryInput {
  readonly subscriber: KafkaSubscriber
  readonly startingOffsets: OffsetsInitializer
  /** Undefined: read without an end. */
  readonly stoppingOffsets: OffsetsInitializer | undefined
  readonly groupId: string | undefined
  readonly isReadCommitted: boolean
  readonly logger: Logger | undefined
}

export interface Discovered {
  /** All that there are now. */
  readonly partitions: readonly string[]
  /** Of those that were not known. */
  readonly splits: readonly KafkaPartitionSplit[]
}

/** With the pauses between them three seconds. */
const TRIES_FOR_A_TOPIC = 6

export class PartitionDiscovery {
  readonly #input: DiscoveryInput
  readonly #cluster: KafkaCluster

  constructor(input: DiscoveryInput, cluster: KafkaCluster) {
    this.#input = input
    this.#cluster = cluster
  }

  /** `isInitial`: the first of the job. Partitions that come later are read from their beginning: all of them is new. */
  async discover(known: ReadonlySet<string>, isInitial: boolean): Promise<Discovered> {
    const all = await this.#subscribed()
    const found = all.filter((partition) => !known.has(partition.toString()))
    const partitions = all.map((partition) => partition.toString())
    if (found.length === 0) return { partitions, splits: [] }
    const { startingOffsets, stoppingOffsets } = this.#input
    const starting = await this.#starting(found, isInitial ? startingOffsets : OffsetsInitializer.earliest())
    const stopping = stoppingOffsets === undefined ? undefined : await this.#stopping(found, stoppingOffsets)
    const ids = await this.#cluster.topics([...new Set(found.map((partition) => partition.topic()))])
    const splits = found.map((each) => {
      const topicId = ids.get(each.topic())?.topicId
      const startingOffset = starting.get(each) ?? EARLIEST_OFFSET
      const place = { topic: each.topic(), partition: each.partition(), startingOffset, topicId }
      return new KafkaPartitionSplit({ ...place, stoppingOffset: stopping?.get(each) })
    })
    return { partitions, splits }
  }

  /** A broker that has just started may not know all topics yet. */
  async #subscribed(): Promise<readonly TopicPartition[]> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.#input.subscriber.getSubscribedTopicPartitions(this.#topics())
      } catch (error) {
        if (!FlinkError.is(error, 'KAFKA_TOPIC_MISSING') || attempts >= TRIES_FOR_A_TOPIC) throw error
      }
      await this.#cluster.pauseBeforeRetry(attempts)
    }
  }

  #topics(): KafkaTopics {
    return {
      servers: this.#servers,
      describe: async (names) => {
        const found = await this.#cluster.topics(names)
        return new Map([...found].map(([name, { partitions }]) => [name, partitions]))
      },
    }
  }

  get #servers(): string {
    return this.#cluster.settings.bootstrapServers.map(addressText).join(', ')
  }

  /** An offset that the broker does not have is one that the reset strategy is for: nothing has been read so far. */
  async #starting(partitions: readonly TopicPartition[], initializer: OffsetsInitializer): Promise<PartitionOffsets> {
    const retriever = this.#retriever()
    const wanted = await initializer.getPartitionOffsets(partitions, retriever)
    const strategy = initializer.getAutoOffsetResetStrategy()
    const resolved = await this.#withoutLatest(partitions, wanted, retriever)
    const exact = [...resolved].filter(([, offset]) => offset >= 0).map(([partition]) => partition)
    const first = await retriever.beginningOffsets(exact)
    const last = await this.#listed(exact, LATEST_TIMESTAMP, false)
    const result = new Map(resolved)
    for (const partition of partitions) {
      const offset = resolved.get(partition)
      const [from = 0, to = 0] = [first.get(partition), last.get(partition)]
      if (offset !== undefined && (offset < 0 || (offset >= from && offset <= to))) continue
      if (strategy === 'NONE') throw this.#nowhere(partition, offset, { first: String(from), last: String(to) })
      result.set(partition, strategy === 'EARLIEST' ? EARLIEST_OFFSET : to)
      this.#input.logger?.warn('an offset to begin at is not there, and reading begins elsewhere', {
        partition: partition.toString(),
        offset: offset ?? 'none',
        strategy,
      })
    }
    return result
  }

  async #stopping(partitions: readonly TopicPartition[], initializer: OffsetsInitializer): Promise<PartitionOffsets> {
    const retriever = this.#retriever()
    const wanted = await initializer.getPartitionOffsets(partitions, retriever)
    const resolved = new Map(await this.#withoutLatest(partitions, wanted, retriever))
    const first = await retriever.beginningOffsets([...resolved.keys()].filter((each) => (resolved.get(each) ?? 0) < 0))
    for (const [partition, offset] of first) resolved.set(partition, offset)
    return resolved
  }

  /** What is read later is to begin at the end of now, however often the job starts anew before its first record. */
  async #withoutLatest(
    partitions: readonly TopicPartition[],
    wanted: PartitionOffsets,
    retriever: PartitionOffsetsRetriever,
  ): Promise<PartitionOffsets> {
    const ends = await retriever.endOffsets(partitions.filter((each) => wanted.get(each) === LATEST_OFFSET))
    return new Map([...wanted, ...ends])
  }

  #retriever(): PartitionOffsetsRetriever {
    const { groupId, isReadCommitted } = this.#input
    return {
      committedOffsets: async (partitions) => {
        if (groupId === undefined) return new Map()
        return byPartition(partitions, await committedOffsets(this.#cluster, groupId, partitions.map(placeOf)))
      },
      beginningOffsets: (partitions) => this.#listed(partitions, EARLIEST_TIMESTAMP, isReadCommitted),
      endOffsets: (partitions) => this.#listed(partitions, LATEST_TIMESTAMP, isReadCommitted),
      offsetsForTimes: async (timestamps) => {
        const asked = [...timestamps].map(([partition, timestamp]) => ({ ...placeOf(partition), timestamp }))
        return byPartition([...timestamps.keys()], await listOffsets(this.#cluster, asked, isReadCommitted))
      },
    }
  }

  async #listed(
    partitions: readonly TopicPartition[],
    timestamp: number,
    isReadCommitted: boolean,
  ): Promise<PartitionOffsets> {
    const asked = partitions.map((partition) => ({ ...placeOf(partition), timestamp }))
    return byPartition(partitions, await listOffsets(this.#cluster, asked, isReadCommitted))
  }

  #nowhere(
    partition: TopicPartition,
    offset: number | undefined,
    range: { readonly first: string; readonly last: string },
  ): FlinkError {
    const name = partition.toString()
    if (offset === undefined) {
      const { groupId } = this.#input
      const group = groupId === undefined ? 'Nobody (no group.id is set)' : `The group ${groupId}`
      return new FlinkError('KAFKA_COMMITTED_OFFSET_MISSING', { group, partition: name })
    }
    const reason = 'it is not there any more, or not yet'
    return new FlinkError('KAFKA_OFFSET_MISSING', { partition: name, offset: String(offset), reason, ...range })
  }
}

function placeOf(partition: TopicPartition): { readonly topic: string; readonly partition: number } {
  return { topic: partition.topic(), partition: partition.partition() }
}

function byPartition(
  partitions: readonly TopicPartition[],
  found: readonly { readonly topic: string; readonly partition: number; readonly offset: number | undefined }[],
): PartitionOffsets {
  const asked = new Map(partitions.map((partition) => [partition.toString(), partition]))
  const offsets = new Map<TopicPartition, number>()
  for (const { topic, partition, offset } of found) {
    const key = asked.get(`${topic}-${String(partition)}`)
    if (key !== undefined && offset !== undefined) offsets.set(key, offset)
  }
  return offsets
}
