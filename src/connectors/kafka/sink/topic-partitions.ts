// Duty: how many partitions the topics have to which is written.
// Invariants: a topic that is not there is asked for with leave to make it, as every producer of Kafka does; brokers that make topics do so
// then. What is known serves until it is old, and while it is asked for again.
// Thread: the task worker that owns the writer.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'

interface KnownTopic {
  readonly partitions: readonly number[]
  readonly askedAtMs: number
}

/** max.block.ms of Kafka's producers. */
const MOST_WAIT_MS = 60_000

export class TopicPartitions {
  readonly #cluster: KafkaCluster
  readonly #clock: Clock
  readonly #known = new Map<string, KnownTopic>()
  readonly #asked = new Map<string, Promise<readonly number[]>>()

  constructor(cluster: KafkaCluster, clock: Clock) {
    this.#cluster = cluster
    this.#clock = clock
  }

  /** Undefined: nobody has asked for it yet. */
  known(topic: string): readonly number[] | undefined {
    const known = this.#known.get(topic)
    if (known === undefined) return undefined
    const isOld = this.#clock.monotonicMs() - known.askedAtMs > this.#cluster.settings.metadataMaxAgeMs
    // A topic that is gone shows where it is written to.
    if (isOld) void Promise.allSettled([this.load(topic)])
    return known.partitions
  }

  /** KAFKA_SINK_TOPIC_MISSING where it is not there, and not made either. */
  load(topic: string): Promise<readonly number[]> {
    const asked = this.#asked.get(topic)
    if (asked !== undefined) return asked
    const loading = this.#load(topic).finally(() => this.#asked.delete(topic))
    this.#asked.set(topic, loading)
    return loading
  }

  async #load(topic: string): Promise<readonly number[]> {
    const giveUpAt = this.#clock.monotonicMs() + MOST_WAIT_MS
    for (let attempts = 1; ; attempts += 1) {
      const partitions = (await this.#cluster.topics([topic])).get(topic)?.partitions ?? []
      if (partitions.length > 0) {
        this.#known.set(topic, { partitions, askedAtMs: this.#clock.monotonicMs() })
        return partitions
      }
      const mayCome = attempts === 1 ? await this.#askedToMake(topic) : true
      if (!mayCome || this.#cluster.isClosed || this.#clock.monotonicMs() > giveUpAt) throw this.#missing(topic)
      await this.#cluster.pauseBeforeRetry(attempts)
    }
  }

  /** False: the broker makes no topics, or none of this name. */
  async #askedToMake(topic: string): Promise<boolean> {
    const { topics } = await this.#cluster
      .callAny({ operation: `the partitions of ${topic}` }, (connection, library) =>
        library.metadataV12.api.async(connection, [topic], true, false),
      )
      .catch((error: unknown) => answerOf(error))
    return topics.every(({ errorCode }) => errorCode === 0 || errorCode === LEADER_NOT_AVAILABLE)
  }

  #missing(topic: string): FlinkError {
    const waited = durationText(MOST_WAIT_MS)
    return new FlinkError('KAFKA_SINK_TOPIC_MISSING', { topic, waited })
  }
}

const LEADER_NOT_AVAILABLE = 5

interface MetadataTopics {
  readonly topics: readonly { readonly errorCode: number }[]
}

/** A topic that is being made, or that is not there, is an error to the client. */
function answerOf(error: unknown): MetadataTopics {
  for (let at: unknown = error; at instanceof Object; at = (at as { cause?: unknown }).cause) {
    const { response } = at as { response?: MetadataTopics }
    if (response !== undefined) return response
  }
  throw error
}
