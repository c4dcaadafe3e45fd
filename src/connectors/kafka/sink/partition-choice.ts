// Duty: the partition of records that name none, as Kafka's default partitioner chooses it.
// Invariants: records with equal keys meet, whoever writes them. Those without a key stay with a partition until a batch of it is full, so that
// batches are large, then go to the next one; subtasks begin at different ones.
// Thread: the task worker that owns the writer.
import { partitionOfKey } from './murmur2.js'

interface Sticky {
  index: number
  bytesLeft: number
}

export class PartitionChoice {
  readonly #stickyBytes: number
  readonly #first: number
  readonly #sticky = new Map<string, Sticky>()

  constructor(stickyBytes: number, subtask: number) {
    this.#stickyBytes = stickyBytes
    this.#first = subtask
  }

  of(topic: string, partitions: readonly number[], key: Uint8Array | string | null, sizeBytes: number): number {
    if (key !== null) {
      const bytes = typeof key === 'string' ? Buffer.from(key) : key
      return partitions[partitionOfKey(bytes, partitions.length)] ?? 0
    }
    let sticky = this.#sticky.get(topic)
    if (sticky === undefined) {
      sticky = { index: this.#first, bytesLeft: this.#stickyBytes }
      this.#sticky.set(topic, sticky)
    } else if (sticky.bytesLeft <= 0) {
      sticky.index += 1
      sticky.bytesLeft = this.#stickyBytes
    }
    sticky.bytesLeft -= sizeBytes
    return partitions[sticky.index % partitions.length] ?? 0
  }
}
