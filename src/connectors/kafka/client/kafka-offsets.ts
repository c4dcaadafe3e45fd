// Duty: which offsets there are, and which a consumer group has committed.
// Thread: any.
import type { TopicPartitionName } from './cluster-metadata.js'
import type { KafkaCluster } from './kafka-cluster.js'

/** Asked for in place of a timestamp. */
export const EARLIEST_TIMESTAMP = -2
export const LATEST_TIMESTAMP = -1

export interface PartitionTimestamp extends TopicPartitionName {
  /** In ms, or one of the constants above. */
  readonly timestamp: number
}

export interface PartitionOffset extends TopicPartitionName {
  readonly offset: number
}

/** The answer where no record is so young. */
const NO_OFFSET = -1
const ANY_REPLICA = -1
/** Of a group whose members the broker does not assign partitions to. */
const NO_GENERATION = -1

/**
 * Of each partition the offset of the first record that is not older, undefined where there is none. The end is that of what can be
 * read: with `isReadCommitted` it lies before the first transaction that is open.
 */
export async function listOffsets(
  cluster: KafkaCluster,
  partitions: readonly PartitionTimestamp[],
  isReadCommitted: boolean,
): Promise<readonly (TopicPartitionName & { readonly offset: number | undefined })[]> {
  if (partitions.length === 0) return []
  const operation = `the offsets of ${namesOf(partitions)}`
  const answers = await cluster.callLeaders({ operation }, partitions, (led) => async (connection, library) => {
    const topics = byTopic(led).map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ partition, timestamp }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: -1,
        timestamp: BigInt(timestamp),
      })),
    }))
    return library.listOffsetsV7.api.async(connection, ANY_REPLICA, isReadCommitted ? 1 : 0, topics)
  })
  return answers.flatMap(({ topics }) =>
    topics.flatMap(({ name: topic, partitions: answered }) =>
      answered.map(({ partitionIndex: partition, offset }) => {
        const number = Number(offset)
        return { topic, partition, offset: number === NO_OFFSET ? undefined : number }
      }),
    ),
  )
}

/** Those of the partitions for which the group has committed any. */
export async function committedOffsets(
  cluster: KafkaCluster,
  groupId: string,
  partitions: readonly TopicPartitionName[],
): Promise<readonly PartitionOffset[]> {
  if (partitions.length === 0) return []
  const topics = byTopic(partitions).map(([name, ofTopic]) => ({
    name,
    partitionIndexes: ofTopic.map(({ partition }) => partition),
  }))
  const description = { operation: `the committed offsets of the group ${groupId}` }
  const { groups } = await cluster.callCoordinator(
    description,
    { type: 'group', key: groupId },
    (connection, library) => library.offsetFetchV8.api.async(connection, [{ groupId, memberEpoch: -1, topics }], true),
  )
  return groups.flatMap(({ topics: answered }) =>
    answered.flatMap(({ name: topic, partitions: ofTopic }) =>
      ofTopic
        .map(({ partitionIndex: partition, committedOffset }) => ({
          topic,
          partition,
          offset: Number(committedOffset),
        }))
        .filter(({ offset }) => offset >= 0),
    ),
  )
}

/** As Java's consumers find them, and `kafka-consumer-groups` shows them. */
export async function commitOffsets(
  cluster: KafkaCluster,
  groupId: string,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  if (offsets.length === 0) return
  const topics = byTopic(offsets).map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: '',
    })),
  }))
  const description = { operation: `the commit of offsets for the group ${groupId}` }
  await cluster.callCoordinator(description, { type: 'group', key: groupId }, (connection, library) =>
    library.offsetCommitV8.api.async(connection, groupId, NO_GENERATION, '', null, topics),
  )
}

/** For messages: the first few. */
export function namesOf(partitions: readonly TopicPartitionName[]): string {
  const names = partitions.slice(0, 3).map(({ topic, partition }) => `${topic}-${String(partition)}`)
  const more = partitions.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`
}

function byTopic<P extends TopicPartitionName>(partitions: readonly P[]): [string, P[]][] {
  const topics = new Map<string, P[]>()
  for (const each of partitions) topics.set(each.topic, [...(topics.get(each.topic) ?? []), each])
  return [...topics]
}
