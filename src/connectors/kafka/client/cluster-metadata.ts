// Duty: what is known of a cluster: its brokers, and who leads which partition.
// Invariant: what is older than metadata.max.age.ms is not known any more.
// Thread: any; of one KafkaCluster.
import type { Clock } from '../../../core/time/clock.js'
import type { BrokerAddress, KafkaClientSettings } from './kafka-client-settings.js'
import type { KafkaConnection, KafkaLibrary } from './kafka-library.js'

export interface TopicPartitionName {
  readonly topic: string
  readonly partition: number
}

export interface TopicDescription {
  /** A topic that is deleted and made again under its name has another one. */
  readonly topicId: string
  /** Of all partitions, from 0 on. */
  readonly partitions: readonly number[]
}

interface Leader {
  readonly nodeId: number
  readonly askedAtMs: number
}

const UNKNOWN_TOPIC = 3
const NO_LEADER = -1
/** Codes with which a topic is described all the same: a partition without a leader. */
const LEADER_NOT_AVAILABLE = 5

type Library = KafkaLibrary
type MetadataAnswer = Awaited<ReturnType<Library['metadataV12']['api']['async']>>

export class ClusterMetadata {
  readonly #settings: KafkaClientSettings
  readonly #clock: Clock
  readonly #leaders = new Map<string, Leader>()
  #brokers: ReadonlyMap<number, BrokerAddress> = new Map()

  constructor(settings: KafkaClientSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  get brokers(): ReadonlyMap<number, BrokerAddress> {
    return this.#brokers
  }

  leaderOf(topic: string, partition: number): number | undefined {
    const leader = this.#leaders.get(partitionKey(topic, partition))
    if (leader === undefined) return undefined
    return this.#clock.monotonicMs() - leader.askedAtMs > this.#settings.metadataMaxAgeMs ? undefined : leader.nodeId
  }

  forgetLeaders(): void {
    this.#leaders.clear()
  }

  /** The topics of these names that there are; all but internal ones for null. */
  async ask(
    connection: KafkaConnection,
    library: Library,
    names: string[] | null,
  ): Promise<ReadonlyMap<string, TopicDescription>> {
    const answer = await askedMetadata(connection, library, names)
    this.#brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    const found = new Map<string, TopicDescription>()
    const askedAtMs = this.#clock.monotonicMs()
    for (const { name, topicId, errorCode, isInternal, partitions } of answer.topics) {
      if (typeof name !== 'string' || errorCode === UNKNOWN_TOPIC || (names === null && isInternal)) continue
      for (const { partitionIndex, leaderId } of partitions) {
        if (leaderId === NO_LEADER) continue
        this.#leaders.set(partitionKey(name, partitionIndex), { nodeId: leaderId, askedAtMs })
      }
      const indexes = partitions.map(({ partitionIndex }) => partitionIndex)
      found.set(name, { topicId, partitions: indexes.sort((one, other) => one - other) })
    }
    return found
  }
}

/** A topic that is not there, or a partition without a leader, is part of the answer and no failure of it. */
async function askedMetadata(
  connection: KafkaConnection,
  library: Library,
  names: string[] | null,
): Promise<MetadataAnswer> {
  try {
    return await library.metadataV12.api.async(connection, names, false, false)
  } catch (error) {
    const { errors, response } = error as {
      readonly errors?: readonly { apiCode?: unknown }[]
      response?: MetadataAnswer
    }
    const isAnswer = errors?.every(({ apiCode }) => apiCode === UNKNOWN_TOPIC || apiCode === LEADER_NOT_AVAILABLE)
    if (isAnswer === true && response !== undefined) return response
    throw error
  }
}

function partitionKey(topic: string, partition: number): string {
  return `${topic}-${String(partition)}`
}
