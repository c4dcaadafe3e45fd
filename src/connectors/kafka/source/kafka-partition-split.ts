// Duty: a partition as a split, and how it lies in snapshots.
// Thread: any.
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { TopicPartition } from '../topic-partition.js'

/** Read from the oldest record on that is there when its first is read: nothing has been read before, so nothing can be missing. */
export const EARLIEST_OFFSET = -2

export interface KafkaPartitionSplitParts {
  readonly topic: string
  readonly partition: number
  /** Of the next record to read, or EARLIEST_OFFSET. */
  readonly startingOffset: number
  /** Of the first record that is not read any more. */
  readonly stoppingOffset?: number | undefined
  /** Undefined where nobody has said yet which topic of this name it is. */
  readonly topicId?: string | undefined
}

/**
 * A partition, and from where to where it is read.
 *
 * @example
 * ```ts
 * import type { KafkaPartitionSplit } from 'flink-ts/connectors/kafka'
 *
 * const isBounded = (split: KafkaPartitionSplit): boolean => split.getStoppingOffset() !== undefined
 * ```
 */
export class KafkaPartitionSplit implements SourceSplit {
  readonly #parts: KafkaPartitionSplitParts

  constructor(parts: KafkaPartitionSplitParts) {
    this.#parts = parts
  }

  splitId(): string {
    return partitionId(this.#parts)
  }

  getTopicPartition(): TopicPartition {
    return new TopicPartition(this.#parts.topic, this.#parts.partition)
  }

  getTopic(): string {
    return this.#parts.topic
  }

  getPartition(): number {
    return this.#parts.partition
  }

  getStartingOffset(): number {
    return this.#parts.startingOffset
  }

  getStoppingOffset(): number | undefined {
    return this.#parts.stoppingOffset
  }

  getTopicId(): string | undefined {
    return this.#parts.topicId
  }

  /** The same partition from there on. */
  from(startingOffset: number, topicId: string | undefined): KafkaPartitionSplit {
    return new KafkaPartitionSplit({ ...this.#parts, startingOffset, topicId })
  }
}

export function partitionId({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${String(partition)}`
}

const VERSION = 1
type Stored = readonly [
  topic: string,
  partition: number,
  starting: number,
  stopping: number | null,
  topicId: string | null,
]

export const kafkaPartitionSplits: SimpleVersionedSerializer<KafkaPartitionSplit> = {
  getVersion: () => VERSION,
  serialize: (split) => encoded(storedSplit(split)),
  deserialize: (version, bytes) => {
    refuseOther(version)
    return splitOf(decoded(bytes) as Stored)
  },
}

/** What an enumerator knows. */
export interface KafkaSourceEnumState {
  /** Partitions that have been assigned, or wait for it, by their ids: never assigned again. */
  readonly knownPartitions: readonly string[]
  /** Found, and not assigned to a reader yet. */
  readonly pendingSplits: readonly KafkaPartitionSplit[]
  /** Partitions that come after it are read from their beginning. */
  readonly isInitialDiscoveryFinished: boolean
}

export const kafkaSourceEnumStates: SimpleVersionedSerializer<KafkaSourceEnumState> = {
  getVersion: () => VERSION,
  serialize: ({ knownPartitions, pendingSplits, isInitialDiscoveryFinished }) =>
    encoded([knownPartitions, pendingSplits.map(storedSplit), isInitialDiscoveryFinished]),
  deserialize: (version, bytes) => {
    refuseOther(version)
    const [knownPartitions, pending, isFinished] = decoded(bytes) as [string[], Stored[], boolean]
    return { knownPartitions, pendingSplits: pending.map(splitOf), isInitialDiscoveryFinished: isFinished }
  },
}

function storedSplit(split: KafkaPartitionSplit): Stored {
  const stopping = split.getStoppingOffset() ?? null
  return [split.getTopic(), split.getPartition(), split.getStartingOffset(), stopping, split.getTopicId() ?? null]
}

function splitOf([topic, partition, startingOffset, stopping, topicId]: Stored): KafkaPartitionSplit {
  const ends = { stoppingOffset: stopping ?? undefined, topicId: topicId ?? undefined }
  return new KafkaPartitionSplit({ topic, partition, startingOffset, ...ends })
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function decoded(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function refuseOther(version: number): void {
  if (version !== VERSION) throw new ReasonError(`version ${String(version)} of it is of a newer flink-ts`)
}
