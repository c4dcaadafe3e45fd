// Duty: the records for one partition that are not written yet, as batches.
// Invariants: batches leave in the order of their records, one at a time; one that may have been written is sent again with the numbers that
// it had.
// Thread: the task worker that owns the writer.
import type { TopicPartitionName } from '../client/cluster-metadata.js'
import { GrowingBatch, type BatchRecord } from './growing-batch.js'

export interface QueuedBatch {
  readonly batch: GrowingBatch
  /** Of its first record in the partition; undefined until it is sent for the first time. */
  firstSequence: number | undefined
  attempts: number
  giveUpAtMs: number
}

/** Sequence numbers begin again after it. */
const GREATEST_SEQUENCE = 0x7fffffff
const FIRST_BATCH_BYTES = 4096

export class PartitionQueue implements TopicPartitionName {
  readonly topic: string
  readonly partition: number
  /** Its batch is on its way. */
  isBusy = false
  /** Its transaction knows of it. */
  isRegistered = false
  /** Of the first record that waits. */
  sinceMs = 0
  #full: QueuedBatch[] = []
  #filling: GrowingBatch | undefined
  #nextSequence = 0
  #lastBatchBytes = FIRST_BATCH_BYTES
  /** Brokers take no batch that is larger, as far as that has shown. */
  #takenBytes = Number.POSITIVE_INFINITY

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get name(): string {
    return `${this.topic}-${String(this.partition)}`
  }

  get isEmpty(): boolean {
    return this.#filling === undefined && this.#full.length === 0
  }

  /** Of what waits for the next request. */
  get nextBytes(): number {
    return this.#full[0]?.batch.sizeBytes ?? this.#filling?.sizeBytes ?? 0
  }

  /** How many bytes it took. A batch that would be larger than `mostBytes` with it is full before. */
  append(record: BatchRecord, recordBytes: number, mostBytes: number): number {
    const limit = Math.min(mostBytes, this.#takenBytes)
    if (this.#filling !== undefined && this.#filling.sizeBytes + recordBytes > limit) this.#close()
    this.#filling ??= new GrowingBatch(this.#lastBatchBytes)
    const before = this.#filling.recordBytes
    this.#filling.append(record)
    return this.#filling.recordBytes - before
  }

  /** The next one to be sent, with its sequence number. */
  take(): QueuedBatch | undefined {
    if (this.#full.length === 0) this.#close()
    const taken = this.#full.shift()
    if (taken !== undefined && taken.firstSequence === undefined) {
      taken.firstSequence = this.#nextSequence
      this.#nextSequence = sequenceAfter(taken.firstSequence, taken.batch.count)
    }
    return taken
  }

  giveBack(queued: QueuedBatch): void {
    this.#full.unshift(queued)
  }

  /**
   * One that was too large for the brokers, as two, with the numbers that it had. So are those after it. Gives by how many bytes its records
   * have grown, or shrunk.
   */
  giveBackHalves({ batch, firstSequence, attempts, giveUpAtMs }: QueuedBatch): number {
    this.#takenBytes = Math.min(this.#takenBytes, Math.ceil(batch.recordBytes / 2))
    const [first, second] = batch.halves()
    const sequence = firstSequence === undefined ? undefined : sequenceAfter(firstSequence, first.count)
    this.giveBack({ batch: second, firstSequence: sequence, attempts, giveUpAtMs })
    this.giveBack({ batch: first, firstSequence, attempts, giveUpAtMs })
    return first.recordBytes + second.recordBytes - batch.recordBytes
  }

  /** Another producer goes on, which has sent nothing yet. */
  begin(): void {
    this.#nextSequence = 0
    this.isRegistered = false
  }

  clear(): void {
    this.#full = []
    this.#filling = undefined
  }

  #close(): void {
    if (this.#filling === undefined) return
    this.#lastBatchBytes = Math.max(FIRST_BATCH_BYTES, this.#filling.sizeBytes)
    this.#full.push({ batch: this.#filling, firstSequence: undefined, attempts: 0, giveUpAtMs: 0 })
    this.#filling = undefined
  }
}

function sequenceAfter(sequence: number, count: number): number {
  const next = sequence + count
  return next > GREATEST_SEQUENCE ? next - GREATEST_SEQUENCE - 1 : next
}
