// Duty: where partitions are read from: who leads them, whether they are those that were meant, and what becomes of a position that
// the broker does not have.
// Thread: the task worker of the reader, between and beside fetches; what it changes is nobody else's meanwhile.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock } from '../../../core/time/clock.js'
import { addressText } from '../client/kafka-client-settings.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from '../client/kafka-offsets.js'
import { partitionId } from './kafka-partition-split.js'
import type { MissingOffsetPolicy } from './kafka-source-settings.js'
import type { ReadPartition } from './read-partition.js'

export interface PlacementInput {
  readonly cluster: KafkaCluster
  readonly policy: MissingOffsetPolicy
  readonly isReadCommitted: boolean
  readonly clock: Clock
  readonly logger: Logger | undefined
}

export class PartitionPlacement {
  readonly #input: PlacementInput

  constructor(input: PlacementInput) {
    this.#input = input
  }

  /**
   * Afterwards leaders are known, as far as there are any, and partitions that are there have a position. Where the policy is to fail:
   * KAFKA_TOPIC_MISSING for one that nobody has known for so long that it will not come back, and KAFKA_OFFSET_MISSING.
   */
  async place(partitions: readonly ReadPartition[]): Promise<void> {
    const { cluster } = this.#input
    const topics = await cluster.topics([...new Set(partitions.map(({ topic }) => topic))])
    const found = partitions.filter((each) => {
      const isThere = topics.get(each.topic)?.partitions.includes(each.partition) === true
      this.#noteUnknown(each, isThere)
      return isThere
    })
    const madeAnew: ReadPartition[] = []
    for (const each of found) {
      const topicId = topics.get(each.topic)?.topicId ?? ''
      if (each.topicId !== '' && each.topicId !== topicId && each.position >= 0) madeAnew.push(each)
      each.topicId = topicId
    }
    if (madeAnew.length > 0) await this.replace(madeAnew, 'the topic was deleted and made again since')
    const unplaced = found.filter(({ isPlaced }) => !isPlaced)
    for (const [each, offset] of await this.#offsetsOf(unplaced, EARLIEST_TIMESTAMP)) each.position = offset
  }

  /** The broker does not have their positions. `reason`: why, as far as it is known. */
  async replace(partitions: readonly ReadPartition[], reason: string): Promise<void> {
    const { policy, logger } = this.#input
    const first = await this.#offsetsOf(partitions, EARLIEST_TIMESTAMP)
    const last = await this.#offsetsOf(partitions, LATEST_TIMESTAMP)
    for (const each of partitions) {
      const details = {
        partition: partitionId(each),
        offset: String(each.position),
        first: String(first.get(each) ?? 0),
        last: String(last.get(each) ?? 0),
      }
      if (policy === 'fail') throw new FlinkError('KAFKA_OFFSET_MISSING', { ...details, reason })
      logger?.warn('an offset is missing, and reading goes on elsewhere', { ...details, reason, policy })
      each.position = (policy === 'earliest' ? first : last).get(each) ?? 0
    }
  }

  #noteUnknown(partition: ReadPartition, isThere: boolean): void {
    const { cluster, clock, logger, policy } = this.#input
    if (isThere) {
      partition.unknownSinceMs = undefined
      return
    }
    const now = clock.monotonicMs()
    if (partition.unknownSinceMs === undefined) {
      partition.unknownSinceMs = now
      logger?.warn('a partition is not there', { partition: partitionId(partition) })
    }
    const { apiTimeoutMs, bootstrapServers } = cluster.settings
    if (policy !== 'fail' || now - partition.unknownSinceMs < apiTimeoutMs) return
    throw new FlinkError('KAFKA_TOPIC_MISSING', {
      topic: `The partition ${partitionId(partition)}`,
      broker: bootstrapServers.map(addressText).join(', '),
      reason:
        'no broker knows it, so its topic was deleted; with --on-missing-offset earliest the job goes on without it',
    })
  }

  async #offsetsOf(
    partitions: readonly ReadPartition[],
    timestamp: number,
  ): Promise<ReadonlyMap<ReadPartition, number>> {
    const { cluster, isReadCommitted } = this.#input
    const asked = partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }))
    const answered = await listOffsets(cluster, asked, isReadCommitted)
    const offsets = new Map<string, number>()
    for (const { offset, ...place } of answered) if (offset !== undefined) offsets.set(partitionId(place), offset)
    return new Map(partitions.map((each) => [each, offsets.get(each.splitId) ?? 0]))
  }
}
