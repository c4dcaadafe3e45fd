// Duty: fetches the records of its partitions, from all of their brokers at a time, and the next while those before are being emitted.
//
//   fetch -> to each leader without a request under way one, of all its partitions that want records -> what came, as KafkaRecords
//
// Invariants: of a partition at most one request is under way, so records come in their order. The position of a partition moves when an
// answer is taken, never for what was paused meanwhile. Brokers that cannot be reached are tried again for ever, as by Kafka's own
// clients; whatever else fails ends the reader.
// Thread: the task worker of the reader.
import { Availability } from '../../../core/time/availability.js'
import type { Clock } from '../../../core/time/clock.js'
import type { Logger } from '../../../core/logging/logger.js'
import { durationText } from '../../../core/time/duration-text.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { SplitReader } from '../../base/split-reader.js'
import { committedBatches } from '../client/committed-batches.js'
import { fetchRecords, type FetchedPartition } from '../client/fetch.js'
import { isRetriable, kafkaFailure } from '../client/kafka-failure.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { namesOf } from '../client/kafka-offsets.js'
import { recordBatchesOf, type RecordBatch } from '../client/record-batch.js'
import type { KafkaPartitionSplit } from './kafka-partition-split.js'
import { KafkaRecords, unreadable, type FetchedElement, type PartitionRecords } from './kafka-records.js'
import { PartitionPlacement } from './partition-placement.js'
import { ReadPartition } from './read-partition.js'
import type { KafkaSourceReaderMetrics } from './kafka-source-reader-metrics.js'
import type { KafkaSourceSettings, MissingOffsetPolicy } from './kafka-source-settings.js'

export interface SplitReaderInput {
  readonly open: () => Promise<KafkaCluster>
  readonly settings: KafkaSourceSettings
  readonly policy: MissingOffsetPolicy
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly metrics: KafkaSourceReaderMetrics
}

interface Opened {
  readonly cluster: KafkaCluster
  readonly placement: PartitionPlacement
}

interface Arrival {
  readonly partition: ReadPartition
  readonly fetched: FetchedPartition
}

const NONE = 0
const OFFSET_OUT_OF_RANGE = 1
/** Between two warnings about brokers that cannot be reached. */
const WARN_EVERY_MS = 60_000

export class KafkaPartitionSplitReader implements SplitReader<FetchedElement, KafkaPartitionSplit> {
  readonly #input: SplitReaderInput
  readonly #partitions = new Map<string, ReadPartition>()
  readonly #changed = new Availability()
  readonly #busyBrokers = new Set<number>()
  #opened: Opened | undefined
  #arrived: Arrival[] = []
  #isPlacing = false
  #failure: { readonly error: unknown } | undefined
  #failedAttempts = 0
  #warnedAtMs = Number.NEGATIVE_INFINITY

  constructor(input: SplitReaderInput) {
    this.#input = input
  }

  async fetch(): Promise<KafkaRecords> {
    const opened = this.#opened ?? (await this.#open())
    const changed = this.#changed.whenAvailable
    let taken = this.#take(opened)
    this.#start(opened)
    if (taken === undefined && this.#failure === undefined) {
      await changed
      taken = this.#take(opened)
    }
    if (taken === undefined && this.#failure !== undefined) throw this.#failure.error
    return taken ?? new KafkaRecords(opened.cluster.library, [])
  }

  addSplits(splits: readonly KafkaPartitionSplit[]): void {
    for (const split of splits) this.#partitions.set(split.splitId(), new ReadPartition(split))
    this.#changed.becomeAvailable()
  }

  pauseOrResumeSplits(splitsToPause: readonly string[], splitsToResume: readonly string[]): void {
    this.#setPaused(splitsToPause, true)
    this.#setPaused(splitsToResume, false)
    this.#changed.becomeAvailable()
  }

  wakeUp(): void {
    this.#changed.becomeAvailable()
  }

  async close(): Promise<void> {
    this.#partitions.clear()
    this.#changed.becomeAvailable()
    await this.#opened?.cluster.close()
  }

  #setPaused(splits: readonly string[], isPaused: boolean): void {
    for (const split of splits) {
      const partition = this.#partitions.get(split)
      if (partition !== undefined) partition.isPaused = isPaused
    }
  }

  async #open(): Promise<Opened> {
    const { open, policy, settings, clock, logger } = this.#input
    const cluster = await open()
    const { isReadCommitted } = settings.limits
    this.#opened = { cluster, placement: new PartitionPlacement({ cluster, policy, isReadCommitted, clock, logger }) }
    return this.#opened
  }

  /** Requests for all that wants records and has none under way. */
  #start({ cluster, placement }: Opened): void {
    if (this.#failure !== undefined) return
    const wanting = [...this.#partitions.values()].filter(({ wantsRecords }) => wantsRecords)
    const unplaced: ReadPartition[] = []
    const byLeader = new Map<number, ReadPartition[]>()
    for (const partition of wanting) {
      const leader = partition.isPlaced ? cluster.knownLeaderOf(partition) : undefined
      if (leader === undefined) unplaced.push(partition)
      else if (!this.#busyBrokers.has(leader)) byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition])
    }
    if (unplaced.length > 0 && !this.#isPlacing) void this.#place(placement, unplaced)
    for (const [leader, partitions] of byLeader) void this.#fetchFrom(cluster, leader, partitions)
  }

  /** Never rejects. */
  async #place(placement: PartitionPlacement, partitions: readonly ReadPartition[]): Promise<void> {
    this.#isPlacing = true
    for (const each of partitions) each.isBeingFetched = true
    try {
      await placement.place(partitions)
      const isLacking = partitions.some((each) => this.#opened?.cluster.knownLeaderOf(each) === undefined)
      if (isLacking) await this.#pause()
      else this.#failedAttempts = 0
    } catch (error) {
      await this.#failed(error, `the place of ${namesOf(partitions)}`)
    }
    this.#isPlacing = false
    for (const each of partitions) each.isBeingFetched = false
    this.#changed.becomeAvailable()
  }

  /** Never rejects. */
  async #fetchFrom(cluster: KafkaCluster, leader: number, partitions: readonly ReadPartition[]): Promise<void> {
    this.#busyBrokers.add(leader)
    for (const each of partitions) each.isBeingFetched = true
    const asked = partitions.map(({ topic, topicId, partition, position }) => ({
      topic,
      topicId,
      partition,
      offset: position,
    }))
    const operation = `the records of ${namesOf(partitions)}`
    try {
      const answer = await cluster.callBroker(leader, { operation, lane: 'fetch' }, (connection, library) =>
        fetchRecords(connection, library, asked, this.#input.settings.limits),
      )
      await this.#took(partitions, answer)
    } catch (error) {
      await this.#failed(error, operation)
    }
    this.#busyBrokers.delete(leader)
    for (const each of partitions) each.isBeingFetched = false
    this.#changed.becomeAvailable()
  }

  async #took(partitions: readonly ReadPartition[], answer: readonly FetchedPartition[]): Promise<void> {
    const opened = this.#opened
    if (opened === undefined) return
    const missing: ReadPartition[] = []
    let moved: Error | undefined
    for (const fetched of answer) {
      const partition = partitions.find((each) => each.topic === fetched.topic && each.partition === fetched.partition)
      if (partition === undefined || this.#partitions.get(partition.splitId) !== partition) continue
      if (fetched.errorCode === NONE) this.#arrived.push({ partition, fetched })
      else if (fetched.errorCode === OFFSET_OUT_OF_RANGE) missing.push(partition)
      else moved = new opened.cluster.library.ProtocolError(fetched.errorCode)
    }
    if (missing.length > 0) await opened.placement.replace(missing, 'that offset is not there any more, or not yet')
    if (moved === undefined) this.#failedAttempts = 0
    else {
      opened.cluster.forgetLeaders()
      throw moved
    }
  }

  /** Waits before the next try where one may help; else it is what ends the reader. */
  async #failed(error: unknown, operation: string): Promise<void> {
    const { settings, clock, logger } = this.#input
    if (this.#opened?.cluster.isClosed === true) return
    const broker = settings.client.bootstrapServers.map(({ host, port }) => `${host}:${String(port)}`).join(', ')
    const failure = kafkaFailure(error, { operation, broker, timeout: durationText(settings.client.requestTimeoutMs) })
    const mayHelp = isRetriable(error) || failure.code === 'KAFKA_UNREACHABLE'
    if (!mayHelp) {
      this.#failure ??= { error: failure }
      return
    }
    this.#opened?.cluster.forgetLeaders()
    if (clock.monotonicMs() - this.#warnedAtMs >= WARN_EVERY_MS && this.#failedAttempts > 0) {
      this.#warnedAtMs = clock.monotonicMs()
      logger?.warn('Kafka cannot be read at the moment, and is tried again', { operation, reason: messageOf(failure) })
    }
    await this.#pause()
  }

  async #pause(): Promise<void> {
    this.#failedAttempts += 1
    await this.#opened?.cluster.pauseBeforeRetry(this.#failedAttempts)
  }

  /** Of what arrived that which is wanted, and the splits at their end; undefined for nothing. */
  #take({ cluster }: Opened): KafkaRecords | undefined {
    const records: PartitionRecords[] = []
    for (const { partition, fetched } of this.#arrived.splice(0)) {
      const isWanted = this.#partitions.get(partition.splitId) === partition && !partition.isPaused
      if (isWanted) this.#taken(partition, fetched, records)
    }
    const finished = new Set<string>()
    for (const [splitId, partition] of this.#partitions) {
      if (!partition.isAtItsEnd || partition.isBeingFetched) continue
      finished.add(splitId)
      this.#partitions.delete(splitId)
    }
    return records.length === 0 && finished.size === 0
      ? undefined
      : new KafkaRecords(cluster.library, records, finished)
  }

  #taken(partition: ReadPartition, fetched: FetchedPartition, records: PartitionRecords[]): void {
    const { log, position: fromOffset, stoppingOffset } = partition
    this.#input.metrics.fetched(fetched)
    let batches: readonly RecordBatch[]
    try {
      const all = recordBatchesOf(fetched.records)
      for (const batch of all) batch.checkCrc()
      const last = all.at(-1)
      if (last === undefined) return
      partition.position = Math.max(last.lastOffset + 1, fromOffset)
      batches = committedBatches(all, fetched.abortedTransactions)
    } catch (error) {
      this.#failure ??= { error: unreadable(log, fromOffset, error) }
      return
    }
    records.push({ log, batches, fromOffset, stoppingOffset, nextOffset: partition.position })
    // Whoever had records comes last the next time, as an answer has room for a few partitions only.
    this.#partitions.delete(partition.splitId)
    this.#partitions.set(partition.splitId, partition)
  }
}
