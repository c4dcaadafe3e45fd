import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TopicPartition } from '../topic-partition.js'
import { EARLIEST_OFFSET } from './kafka-partition-split.js'

/**
 * Where reading begins where there is no offset to begin at, or one that the broker does not have: at the oldest record, at the end, or not
 * at all.
 *
 * @example
 * ```ts
 * import { OffsetResetStrategy, OffsetsInitializer } from 'flink-ts/connectors/kafka'
 *
 * const committed = OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST)
 * ```
 * @see https://kafka.apache.org/39/javadoc/org/apache/kafka/clients/consumer/OffsetResetStrategy.html
 */
export const OffsetResetStrategy = { EARLIEST: 'EARLIEST', LATEST: 'LATEST', NONE: 'NONE' } as const
export type OffsetResetStrategy = keyof typeof OffsetResetStrategy

/**
 * Offsets by partition. The partitions are those that were asked for: a Map of JavaScript knows objects and not what is in them.
 *
 * @example
 * ```ts
 * import type { PartitionOffsets } from 'flink-ts/connectors/kafka'
 *
 * const sum = (offsets: PartitionOffsets): number => [...offsets.values()].reduce((one, other) => one + other, 0)
 * ```
 */
export type PartitionOffsets = ReadonlyMap<TopicPartition, number>

/**
 * What an {@link OffsetsInitializer} may ask the brokers.
 *
 * @example
 * ```ts
 * import { OffsetResetStrategy, type OffsetsInitializer } from 'flink-ts/connectors/kafka'
 *
 * // The last hundred records of each partition.
 * const lastOnes: OffsetsInitializer = {
 *   getPartitionOffsets: async (partitions, retriever) => {
 *     const ends = await retriever.endOffsets(partitions)
 *     return new Map([...ends].map(([partition, end]) => [partition, Math.max(0, end - 100)]))
 *   },
 *   getAutoOffsetResetStrategy: () => OffsetResetStrategy.EARLIEST,
 * }
 * ```
 */
export interface PartitionOffsetsRetriever {
  /** Of the source's group; partitions of which it has none are left out. */
  committedOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffsets>
  beginningOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffsets>
  /** The offset that the next record will have; with `isolation.level` read_committed that before the first open transaction. */
  endOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffsets>
  /** Of the first record that is not older than the timestamp; partitions without one are left out. */
  offsetsForTimes(timestamps: ReadonlyMap<TopicPartition, number>): Promise<PartitionOffsets>
}

/**
 * Where a {@link KafkaSource} begins, or stops.
 *
 * @example
 * ```ts
 * import { OffsetsInitializer, TopicPartition } from 'flink-ts/connectors/kafka'
 *
 * const sinceNewYear = OffsetsInitializer.timestamp(Date.parse('2026-01-01T00:00:00Z'))
 * const specific = OffsetsInitializer.offsets(new Map([[new TopicPartition('orders', 0), 4711]]))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/kafka/#starting-offset
 */
export interface OffsetsInitializer {
  /** -2 for the oldest record that is there, -1 for the end. A partition that is left out begins where the reset strategy says. */
  getPartitionOffsets(
    partitions: readonly TopicPartition[],
    retriever: PartitionOffsetsRetriever,
  ): Promise<PartitionOffsets>
  /** For an offset that the broker does not have. */
  getAutoOffsetResetStrategy(): OffsetResetStrategy
}

/** The end, as an initializer may say it. */
export const LATEST_OFFSET = -1

const RESETS: Readonly<Record<OffsetResetStrategy, number | undefined>> = {
  EARLIEST: EARLIEST_OFFSET,
  LATEST: LATEST_OFFSET,
  NONE: undefined,
}

export const OffsetsInitializer = {
  /** The oldest record that is there: so it is where nothing is said. */
  earliest(): OffsetsInitializer {
    return ofAll(EARLIEST_OFFSET, 'EARLIEST')
  },

  /** The end at the time when the partition is found. */
  latest(): OffsetsInitializer {
    return ofAll(LATEST_OFFSET, 'LATEST')
  },

  /** What the group of the source has committed; `strategy` says where to begin in partitions of which it has committed nothing. */
  committedOffsets(strategy: OffsetResetStrategy = 'NONE'): OffsetsInitializer {
    checkStrategy('committedOffsets', strategy)
    return {
      getPartitionOffsets: async (partitions, retriever) => {
        return withReset(partitions, await retriever.committedOffsets(partitions), strategy)
      },
      getAutoOffsetResetStrategy: () => strategy,
    }
  },

  /** The first record that is not older, or the end where there is none. `timestamp`: epoch ms. */
  timestamp(timestamp: number): OffsetsInitializer {
    if (!Number.isInteger(timestamp) || timestamp < 0) {
      refuse('timestamp', `it takes a time in ms since 1970, and was given ${describeValue(timestamp)}`)
    }
    return {
      getPartitionOffsets: async (partitions, retriever) => {
        const asked = new Map(partitions.map((partition) => [partition, timestamp]))
        return withReset(partitions, await retriever.offsetsForTimes(asked), 'LATEST')
      },
      getAutoOffsetResetStrategy: () => 'LATEST',
    }
  },

  /** These; partitions that are not among them begin at the committed offset of the group, and without one where `strategy` says. */
  offsets(offsets: PartitionOffsets, strategy: OffsetResetStrategy = 'EARLIEST'): OffsetsInitializer {
    checkStrategy('offsets', strategy)
    const given = new Map([...checkedOffsets(offsets)].map(([partition, offset]) => [partition.toString(), offset]))
    return {
      getPartitionOffsets: async (partitions, retriever) => {
        const rest = partitions.filter((partition) => !given.has(partition.toString()))
        const found = new Map(rest.length === 0 ? [] : await retriever.committedOffsets(rest))
        for (const partition of partitions) {
          const offset = given.get(partition.toString())
          if (offset !== undefined) found.set(partition, offset)
        }
        return withReset(partitions, found, strategy)
      },
      getAutoOffsetResetStrategy: () => strategy,
    }
  },
} as const

function ofAll(offset: number, strategy: OffsetResetStrategy): OffsetsInitializer {
  return {
    getPartitionOffsets: (partitions) => Promise.resolve(new Map(partitions.map((partition) => [partition, offset]))),
    getAutoOffsetResetStrategy: () => strategy,
  }
}

function withReset(
  partitions: readonly TopicPartition[],
  found: PartitionOffsets,
  strategy: OffsetResetStrategy,
): PartitionOffsets {
  const reset = RESETS[strategy]
  const all = new Map<TopicPartition, number>()
  for (const partition of partitions) {
    const offset = found.get(partition) ?? reset
    if (offset !== undefined) all.set(partition, offset)
  }
  return all
}

function checkStrategy(call: string, strategy: unknown): void {
  if (typeof strategy === 'string' && strategy in OffsetResetStrategy) return
  refuse(call, `it takes an OffsetResetStrategy, and was given ${describeValue(strategy)}`)
}

function checkedOffsets(offsets: unknown): PartitionOffsets {
  if (!(offsets instanceof Map)) refuse('offsets', `it takes a Map, and was given ${describeValue(offsets)}`)
  for (const [partition, offset] of offsets as ReadonlyMap<unknown, unknown>) {
    if (!Number.isInteger(offset)) refuse('offsets', `the offset of ${String(partition)} is ${describeValue(offset)}`)
  }
  return offsets as PartitionOffsets
}

function refuse(call: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: `OffsetsInitializer.${call}`, reason })
}
