// Duty: requests to the right broker of a cluster: to any, to the leader of a partition, to a coordinator; again while it may help.
// Invariants: every request has a time limit, and every operation one for all of its tries. Who leads what is asked for again when a
// broker says that it does not, and when it cannot be reached.
// Thread: any; one of each task or enumerator, which closes it.
import type { Clock } from '../../../core/time/clock.js'
import type { Random } from '../../../core/random/random.js'
import { durationText } from '../../../core/time/duration-text.js'
import { BrokerConnections, type Lane } from './broker-connections.js'
import { ClusterMetadata, type TopicDescription, type TopicPartitionName } from './cluster-metadata.js'
import { addressText, type BrokerAddress, type KafkaClientSettings } from './kafka-client-settings.js'
import { isBroken, isMoved, isRetriable, kafkaFailure } from './kafka-failure.js'
import { loadKafka, type KafkaConnection, type KafkaLibrary } from './kafka-library.js'
import { Pauses } from './pauses.js'

/** What a cluster needs of its surroundings. */
export interface ClusterServices {
  readonly clock: Clock
  readonly random: Random
  /** For tests. */
  readonly library?: KafkaLibrary
}

/** One request over a connection: `(connection, library) => library.endTxnV3.api.async(connection, ...)`. */
export type KafkaCall<T> = (connection: KafkaConnection, library: KafkaLibrary) => Promise<T>

/** What is asked, as it stands in messages ('the offsets of orders-0'), and over which connection. */
export interface CallDescription {
  readonly operation: string
  /** `data` where it is left out. */
  readonly lane?: Lane
  /** For all tries; default.api.timeout.ms where it is left out. */
  readonly timeoutMs?: number
}

/** Of what a broker is the coordinator: of a consumer group, or of a transactional id. */
export interface CoordinatorKey {
  readonly type: 'group' | 'transaction'
  readonly key: string
}

const COORDINATOR_TYPES = { group: 0, transaction: 1 } as const

export class KafkaCluster {
  readonly library: KafkaLibrary
  readonly settings: KafkaClientSettings
  readonly #clock: Clock
  readonly #connections: BrokerConnections
  readonly #metadata: ClusterMetadata
  readonly #pauses: Pauses
  readonly #coordinators = new Map<string, BrokerAddress>()

  private constructor(library: KafkaLibrary, settings: KafkaClientSettings, { clock, random }: ClusterServices) {
    this.library = library
    this.settings = settings
    this.#clock = clock
    this.#connections = new BrokerConnections(library, settings)
    this.#metadata = new ClusterMetadata(settings, clock)
    this.#pauses = new Pauses(settings, clock, random)
  }

  /** Nothing is connected yet. KAFKA_CLIENT_MISSING without the package. */
  static async open(settings: KafkaClientSettings, services: ClusterServices): Promise<KafkaCluster> {
    return new KafkaCluster(services.library ?? (await loadKafka()), settings, services)
  }

  get isClosed(): boolean {
    return this.#pauses.isClosed
  }

  /** The topics of these names that there are, or all but internal ones; asked for at each call. */
  async topics(names?: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    const operation = topicsText(names)
    return this.callAny({ operation }, (connection, library) =>
      this.#metadata.ask(connection, library, names === undefined ? null : [...names]),
    )
  }

  /** Who leads it, as far as that is known. */
  knownLeaderOf({ topic, partition }: TopicPartitionName): number | undefined {
    return this.#metadata.leaderOf(topic, partition)
  }

  /** Undefined: nobody knows this partition, or it has no leader at the moment. Asked for where it is not known. */
  async leaderOf({ topic, partition }: TopicPartitionName): Promise<number | undefined> {
    const known = this.#metadata.leaderOf(topic, partition)
    if (known !== undefined) return known
    await this.topics([topic])
    return this.#metadata.leaderOf(topic, partition)
  }

  /** The partitions by the broker that leads them; those without a leader at the moment are left out. Asks for what is not known. */
  async byLeader<P extends TopicPartitionName>(partitions: readonly P[]): Promise<ReadonlyMap<number, readonly P[]>> {
    const isKnown = ({ topic, partition }: P): boolean => this.#metadata.leaderOf(topic, partition) !== undefined
    const unknown = new Set(partitions.filter((each) => !isKnown(each)).map(({ topic }) => topic))
    if (unknown.size > 0) await this.topics([...unknown])
    const groups = new Map<number, P[]>()
    for (const each of partitions) {
      const nodeId = this.#metadata.leaderOf(each.topic, each.partition)
      if (nodeId !== undefined) groups.set(nodeId, [...(groups.get(nodeId) ?? []), each])
    }
    return groups
  }

  /** The next one who needs a leader asks for it. */
  forgetLeaders(): void {
    this.#metadata.forgetLeaders()
  }

  /** All that are known, by their ids; asked for where none is. */
  async brokers(): Promise<ReadonlyMap<number, BrokerAddress>> {
    if (this.#metadata.brokers.size === 0) await this.topics([])
    return this.#metadata.brokers
  }

  /** One request to this broker, once: what the library throws is thrown as it is. */
  async callBroker<T>(nodeId: number, description: CallDescription, call: KafkaCall<T>): Promise<T> {
    const address = (await this.brokers()).get(nodeId)
    if (address === undefined) throw new this.library.NetworkError(`broker ${String(nodeId)} is not known any more`)
    return this.#call(address, description.lane ?? 'data', call)
  }

  /** To whichever broker answers. */
  callAny<T>(description: CallDescription, call: KafkaCall<T>): Promise<T> {
    let next = 0
    return this.#retried(description, async (named) => {
      const all = [...this.#metadata.brokers.values(), ...this.settings.bootstrapServers]
      const address = all[next % all.length]
      next += 1
      if (address === undefined) throw new this.library.NetworkError('no broker is named')
      named(address)
      return this.#call(address, description.lane ?? 'data', call)
    })
  }

  /** To the broker that leads the partition. */
  callLeader<T>(description: CallDescription, partition: TopicPartitionName, call: KafkaCall<T>): Promise<T> {
    return this.#retried(description, async (named) => {
      const nodeId = await this.leaderOf(partition)
      const address = nodeId === undefined ? undefined : this.#metadata.brokers.get(nodeId)
      if (address === undefined) throw new this.library.ProtocolError('LEADER_NOT_AVAILABLE')
      named(address)
      return this.#call(address, description.lane ?? 'data', call)
    })
  }

  /** To all brokers that lead some of the partitions, each with its own; all of them again where one fails. */
  callLeaders<T, P extends TopicPartitionName>(
    description: CallDescription,
    partitions: readonly P[],
    callFor: (led: readonly P[]) => KafkaCall<T>,
  ): Promise<readonly T[]> {
    return this.#retried(description, async (named) => {
      const groups = [...(await this.byLeader(partitions))]
      const found = groups.reduce((sum, [, led]) => sum + led.length, 0)
      if (found < partitions.length) throw new this.library.ProtocolError('LEADER_NOT_AVAILABLE')
      return Promise.all(
        groups.map(([nodeId, led]) => {
          const address = this.#metadata.brokers.get(nodeId)
          if (address === undefined) throw new this.library.ProtocolError('LEADER_NOT_AVAILABLE')
          named(address)
          return this.#call(address, description.lane ?? 'data', callFor(led))
        }),
      )
    })
  }

  callCoordinator<T>(description: CallDescription, coordinator: CoordinatorKey, call: KafkaCall<T>): Promise<T> {
    const { type, key } = coordinator
    const id = `${type} ${key}`
    return this.#retried(description, async (named) => {
      const address = this.#coordinators.get(id) ?? (await this.#findCoordinator(coordinator, description))
      this.#coordinators.set(id, address)
      named(address)
      try {
        return await this.#call(address, description.lane ?? 'coordinator', call)
      } catch (error) {
        if (isMoved(error)) this.#coordinators.delete(id)
        throw error
      }
    })
  }

  /** Nobody is going to ask for it again, as for a transactional id that serves one transaction. */
  forgetCoordinator({ type, key }: CoordinatorKey): void {
    this.#coordinators.delete(`${type} ${key}`)
  }

  /** Waits as before the next try, the longer the more there were; ends at once when it is closed. */
  pauseBeforeRetry(attempts: number): Promise<void> {
    return this.#pauses.beforeRetry(attempts)
  }

  /** Whoever waits for another try gives up; requests under way end with their connections. */
  async close(): Promise<void> {
    this.#pauses.close()
    await this.#connections.close()
  }

  async #findCoordinator(
    { type, key }: CoordinatorKey,
    { operation, timeoutMs }: CallDescription,
  ): Promise<BrokerAddress> {
    const description = timeoutMs === undefined ? { operation } : { operation, timeoutMs }
    const { coordinators } = await this.callAny(description, (connection, library) =>
      library.findCoordinatorV4.api.async(connection, COORDINATOR_TYPES[type], [key]),
    )
    const [found] = coordinators
    if (found === undefined) throw new this.library.ProtocolError('COORDINATOR_NOT_AVAILABLE')
    return { host: found.host, port: found.port }
  }

  async #call<T>(address: BrokerAddress, lane: Lane, call: KafkaCall<T>): Promise<T> {
    const connection = await this.#connections.connectionTo(address, lane)
    try {
      return await call(connection, this.library)
    } catch (error) {
      if (isBroken(error)) void this.#connections.drop(connection)
      if (isMoved(error)) this.#metadata.forgetLeaders()
      throw error
    }
  }

  async #retried<T>(
    { operation, timeoutMs = this.settings.apiTimeoutMs }: CallDescription,
    attempt: (named: (address: BrokerAddress) => void) => Promise<T>,
  ): Promise<T> {
    const giveUpAt = this.#clock.monotonicMs() + timeoutMs
    let broker = this.settings.bootstrapServers.map(addressText).join(', ')
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt((address) => {
          broker = addressText(address)
        })
      } catch (error) {
        if (isMoved(error)) this.#metadata.forgetLeaders()
        const isLast = this.isClosed || !isRetriable(error) || this.#clock.monotonicMs() >= giveUpAt
        const mechanism = this.settings.sasl?.mechanism
        if (isLast) throw kafkaFailure(error, { operation, broker, timeout: durationText(timeoutMs), mechanism })
      }
      await this.#pauses.beforeRetry(attempts)
    }
  }
}

function topicsText(names: readonly string[] | undefined): string {
  if (names === undefined) return 'the list of topics'
  return names.length === 0 ? 'the list of brokers' : `the partitions of ${names.join(', ')}`
}
