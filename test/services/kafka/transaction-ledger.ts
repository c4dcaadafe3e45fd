/**
 * What became of the transactions in a topic, by the batches and the markers of its log. It tells of every producer whose transaction was
 * open at a kill how that ended; what was in it is not its business, and what counts is read by Kafka's own client.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Connection, FetchIsolationLevels, fetchV12, type RecordsBatch } from '@platformatic/kafka'
import { portOf } from './kafka-server.js'

const IS_TRANSACTIONAL = 0x10
const IS_CONTROL = 0x20
const COMMIT = 1
const LARGEST_FETCH_BYTES = 8 * 1024 * 1024
const ATTEMPTS = 300

export interface TransactionCounts {
  committed: number
  aborted: number
}

export class TransactionLedger {
  /** Of those that were open at a kill. */
  readonly afterKill: TransactionCounts = { committed: 0, aborted: 0 }
  /** Markers that end something; a transaction has one in each partition in which it has records. */
  readonly markers: TransactionCounts = { committed: 0, aborted: 0 }
  readonly #topic: string
  readonly #offsets: bigint[]
  /** By partition, the producers with records after their last marker. */
  readonly #open: Set<bigint>[]
  readonly #openAtKill = new Set<bigint>()

  constructor(topic: string, partitions: number) {
    this.#topic = topic
    this.#offsets = Array.from({ length: partitions }, () => 0n)
    this.#open = Array.from({ length: partitions }, () => new Set())
  }

  /** The job was killed: what is open now is to be ended by those who come after it. Gives the number of these transactions. */
  async killed(): Promise<number> {
    await this.readOn()
    for (const producers of this.#open) for (const producer of producers) this.#openAtKill.add(producer)
    return this.#openAtKill.size
  }

  /** Transactions that nobody has ended. */
  get open(): number {
    return new Set(this.#open.flatMap((producers) => [...producers])).size
  }

  /** Reads to the ends of the log. */
  async readOn(): Promise<void> {
    const connection = new Connection('tests')
    await connection.connect('127.0.0.1', portOf('plain'))
    try {
      for (const partition of this.#offsets.keys()) await this.#readPartition(connection, partition)
    } finally {
      await connection.close()
    }
  }

  async #readPartition(connection: Connection, partition: number): Promise<void> {
    for (let attempt = 0; ;) {
      const fetchOffset = this.#offsets[partition] ?? 0n
      const asked = {
        partition,
        currentLeaderEpoch: -1,
        fetchOffset,
        lastFetchedEpoch: -1,
        partitionMaxBytes: LARGEST_FETCH_BYTES,
      }
      const topics = [{ topicId: this.#topic, partitions: [asked] }]
      const { READ_UNCOMMITTED } = FetchIsolationLevels
      try {
        const answer = await fetchV12.api.async(
          connection,
          0,
          0,
          LARGEST_FETCH_BYTES,
          READ_UNCOMMITTED,
          0,
          -1,
          topics,
          [],
          '',
        )
        const batches = answer.responses[0]?.partitions[0]?.records ?? []
        if (batches.length === 0) return
        for (const batch of batches) this.#note(batch, partition)
        this.#offsets[partition] = batches.reduce(
          (_, batch) => batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n,
          0n,
        )
      } catch (error) {
        // The partitions of a broker that has just come up have no leader yet.
        attempt += 1
        if (attempt > ATTEMPTS) throw error
        await delay(100)
      }
    }
  }

  #note({ attributes, producerId, records }: RecordsBatch, partition: number): void {
    if ((attributes & IS_TRANSACTIONAL) === 0) return
    const open = this.#open[partition]
    if ((attributes & IS_CONTROL) === 0) {
      open?.add(producerId)
      return
    }
    if (open?.delete(producerId) !== true) return
    const end = records[0]?.key?.readInt16BE(2) === COMMIT ? 'committed' : 'aborted'
    this.markers[end] += 1
    // A producer has one transaction at a time: its first marker anywhere ends the one of the kill.
    if (this.#openAtKill.delete(producerId)) this.afterKill[end] += 1
  }
}
