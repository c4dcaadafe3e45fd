import type { KafkaSinkContext } from './record-serialization.js'
import type { TopicPartitions } from './topic-partitions.js'

/** Ends a call of `serialize` that cannot go on before the partitions of the topic are known. */
export class PartitionsUnknown extends Error {
  readonly topic: string

  constructor(topic: string) {
    super()
    this.topic = topic
  }
}

export class SinkContextOfTask implements KafkaSinkContext {
  readonly #subtask: number
  readonly #parallelism: number
  readonly #topics: TopicPartitions

  constructor(subtask: number, parallelism: number, topics: TopicPartitions) {
    this.#subtask = subtask
    this.#parallelism = parallelism
    this.#topics = topics
  }

  getParallelInstanceId(): number {
    return this.#subtask
  }

  getNumberOfParallelInstances(): number {
    return this.#parallelism
  }

  getPartitionsForTopic(topic: string): readonly number[] {
    const known = this.#topics.known(topic)
    if (known === undefined) throw new PartitionsUnknown(topic)
    return known
  }
}
