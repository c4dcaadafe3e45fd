import type { PartitionLog } from './consumer-record.js'
import { EARLIEST_OFFSET, type KafkaPartitionSplit } from './kafka-partition-split.js'

/** A partition as its split reader has it: changed by nobody else. */
export class ReadPartition {
  readonly splitId: string
  readonly topic: string
  readonly partition: number
  readonly stoppingOffset: number
  /** Of the next record to fetch, or EARLIEST_OFFSET. */
  position: number
  /** Empty until somebody has said it. */
  topicId: string
  isPaused = false
  isBeingFetched = false
  /** Since when nobody knows the topic or the partition. */
  unknownSinceMs: number | undefined
  #log: PartitionLog | undefined

  constructor(split: KafkaPartitionSplit) {
    this.splitId = split.splitId()
    this.topic = split.getTopic()
    this.partition = split.getPartition()
    this.position = split.getStartingOffset()
    this.stoppingOffset = split.getStoppingOffset() ?? Number.POSITIVE_INFINITY
    this.topicId = split.getTopicId() ?? ''
  }

  /** The same object as long as it is the same topic. */
  get log(): PartitionLog {
    if (this.#log?.topicId !== this.topicId) {
      this.#log = { topic: this.topic, partition: this.partition, topicId: this.topicId }
    }
    return this.#log
  }

  get isAtItsEnd(): boolean {
    return this.position >= this.stoppingOffset
  }

  get isPlaced(): boolean {
    return this.position !== EARLIEST_OFFSET && this.topicId !== ''
  }

  get wantsRecords(): boolean {
    return !this.isPaused && !this.isBeingFetched && !this.isAtItsEnd
  }
}
