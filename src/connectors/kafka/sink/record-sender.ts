// Duty: gives the records of a writer to the brokers: batches by partition, one request at a time to each broker.
//
//   append -> batch of its partition -> (full, or old enough, or flush) -> producer id, partitions of the transaction -> request -> written
//
// Invariants: of a partition one batch is on its way at a time, so order and sequence numbers hold when it has to be sent again. While it is,
// the next batch grows, up to max.request.size: the slower the brokers, the larger the batches. One that the topic does not take is sent in halves. The bytes of all records that are
// not written are counted; above buffer.memory nothing more is taken. The first failure ends it: nobody knows what is written then.
// Thread: the task worker that owns the writer.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { byteSize } from '../../../core/io/byte-size.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { TopicPartitionName } from '../client/cluster-metadata.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { isMoved, isProtocolError, isRetriable } from '../client/kafka-failure.js'
import { PartitionQueue, type QueuedBatch } from './partition-queue.js'
import { produce } from './produce-request.js'
import type { ProducerSettings } from './producer-settings.js'
import { largestRecordBytes, type BatchOrigin, type BatchRecord, type SealOptions } from './growing-batch.js'
import { isTooLarge, tooLargeFailure } from './refused-size.js'
import { SendWaiters } from './send-waiters.js'
import { writeFailure } from './write-failure.js'

/** Who sends, until another one begins. */
export interface SendSession {
  readonly transactionalId: string | null
  /** Asked for when there is something to send. */
  origin(): Promise<BatchOrigin>
  /** Before anything is sent to these. */
  register(partitions: readonly TopicPartitionName[]): Promise<void>
}

export interface SenderInput {
  readonly cluster: KafkaCluster
  readonly settings: ProducerSettings
  readonly clock: Clock
  readonly seal: SealOptions
  /** Of a failure that nobody waits for. */
  readonly onFailure: (error: unknown) => void
  /** Of records and bytes that are written. */
  readonly onWritten: (numRecords: number, numBytes: number) => void
}

/** A batch on its way. */
interface Departure {
  readonly queue: PartitionQueue
  readonly queued: QueuedBatch
  readonly bytes: Buffer
}

export class RecordSender {
  readonly #input: SenderInput
  readonly #queues = new Map<string, PartitionQueue[]>()
  /** Those with records. */
  readonly #pending = new Set<PartitionQueue>()
  readonly #busyBrokers = new Set<number>()
  readonly #waiters = new SendWaiters()
  #session: SendSession | undefined
  #timer: TimerHandle | undefined
  #pump: 'still' | 'running' | 'again' = 'still'
  #isFlushing = false

  constructor(input: SenderInput) {
    this.#input = input
  }

  /** All that came before is written. */
  begin(session: SendSession): void {
    this.#session = session
    for (const queues of this.#queues.values()) for (const queue of queues) queue?.begin()
  }

  get isFull(): boolean {
    return this.#waiters.outstandingBytes > this.#input.settings.bufferBytes
  }

  append(topic: string, partition: number, record: BatchRecord): void {
    this.#waiters.checkNotFailed()
    const { batchBytes, mostBatchBytes } = this.#input.settings
    let recordBytes = roughBytes(record)
    if (recordBytes > mostBatchBytes) recordBytes = this.#checkedBytes(topic, record)
    const queue = this.#queueOf(topic, partition)
    if (queue.isEmpty) {
      queue.sinceMs = this.#input.clock.monotonicMs()
      this.#pending.add(queue)
    }
    this.#waiters.outstandingBytes += queue.append(record, recordBytes, mostBatchBytes)
    if (queue.nextBytes >= batchBytes) {
      if (!queue.isBusy) this.#run()
    } else this.#schedule()
  }

  /** Resolves when half of what may wait is left. */
  room(): Promise<void> {
    this.#run()
    return this.#waiters.until(this.#input.settings.bufferBytes / 2)
  }

  /** Resolves when all is written. */
  async flush(): Promise<void> {
    this.#waiters.checkNotFailed()
    if (this.#waiters.outstandingBytes === 0) return
    this.#isFlushing = true
    this.#run()
    try {
      await this.#waiters.until(0)
    } finally {
      this.#isFlushing = false
    }
  }

  /** What is not written is forgotten. */
  close(): void {
    this.#waiters.fail(new FlinkError('KAFKA_WRITE_FAILED', CLOSED))
    this.#stop()
  }

  #checkedBytes(topic: string, record: BatchRecord): number {
    const { maxRequestBytes } = this.#input.settings
    const sizeBytes = largestRecordBytes(record)
    if (sizeBytes <= maxRequestBytes) return sizeBytes
    const limit = byteSize(maxRequestBytes)
    const reason = `it has ${byteSize(sizeBytes)}, and max.request.size is ${limit}; the brokers have a limit as well, max.message.bytes of the topic`
    throw new FlinkError('RECORD_NOT_WRITABLE', { schema: 'KafkaSink', record: `a record for ${topic}`, reason })
  }

  #queueOf(topic: string, partition: number): PartitionQueue {
    let queues = this.#queues.get(topic)
    if (queues === undefined) {
      queues = []
      this.#queues.set(topic, queues)
    }
    return (queues[partition] ??= new PartitionQueue(topic, partition))
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#waiters.hasFailed) return
    this.#timer = this.#input.clock.setTimer(Math.max(this.#input.settings.lingerMs, 1), () => {
      this.#timer = undefined
      this.#run()
    })
  }

  /** Looks at once, or again after the look that is under way. */
  #run(): void {
    if (this.#waiters.hasFailed) return
    if (this.#pump !== 'still') {
      this.#pump = 'again'
      return
    }
    this.#pump = 'running'
    void this.#sendDue().catch((error: unknown) => {
      this.#pump = 'still'
      this.#fail(error)
    })
  }

  async #sendDue(): Promise<void> {
    for (;;) {
      this.#pump = 'running'
      const due = [...this.#pending].filter((queue) => !queue.isBusy && this.#isDue(queue))
      if (due.length > 0) await this.#send(due)
      // What has changed meanwhile is looked at again; from the last look to here nothing can.
      if ((this.#pump as string) === 'running') break
    }
    this.#pump = 'still'
    if (this.#pending.size > 0) this.#schedule()
  }

  #isDue(queue: PartitionQueue): boolean {
    const { batchBytes, lingerMs } = this.#input.settings
    if (this.#isFlushing || this.isFull || queue.nextBytes >= batchBytes) return true
    return this.#input.clock.monotonicMs() - queue.sinceMs >= lingerMs
  }

  async #send(due: readonly PartitionQueue[]): Promise<void> {
    const session = this.#session
    if (session === undefined) throw new FlinkError('KAFKA_WRITE_FAILED', CLOSED)
    const origin = await session.origin()
    const unknown = due.filter(({ isRegistered }) => !isRegistered)
    if (unknown.length > 0) {
      await session.register(unknown)
      for (const queue of unknown) queue.isRegistered = true
    }
    const byBroker = new Map<number, PartitionQueue[]>()
    for (const queue of due) {
      const nodeId = await this.#input.cluster.leaderOf(queue)
      if (nodeId === undefined) {
        this.#retryLeader(queue)
        continue
      }
      const led = byBroker.get(nodeId)
      if (led === undefined) byBroker.set(nodeId, [queue])
      else led.push(queue)
    }
    for (const [nodeId, queues] of byBroker) {
      if (!this.#busyBrokers.has(nodeId)) void this.#request(nodeId, queues, { session, origin })
    }
  }

  /** Nobody leads the partition: as a broker that says that it does not. */
  #retryLeader(queue: PartitionQueue): void {
    const queued = queue.take()
    if (queued === undefined) return
    queue.isBusy = true
    const error = new this.#input.cluster.library.ProtocolError('LEADER_NOT_AVAILABLE')
    void this.#retry(queue, queued, error).then(() => {
      this.#run()
    })
  }

  async #request(
    nodeId: number,
    queues: readonly PartitionQueue[],
    { session, origin }: { readonly session: SendSession; readonly origin: BatchOrigin },
  ): Promise<void> {
    this.#busyBrokers.add(nodeId)
    try {
      const departures = this.#departures(queues, origin)
      if (departures.length === 0) return
      const { settings, cluster } = this.#input
      const outcome = await produce(
        cluster,
        { operation: 'to write records' },
        {
          nodeId,
          ...{ transactionalId: session.transactionalId, acks: settings.acks },
          timeoutMs: cluster.settings.requestTimeoutMs,
          batches: departures.map(({ queue: { topic, partition }, bytes }) => ({ topic, partition, bytes })),
        },
      ).catch((error: unknown) => departures.map(() => error))
      // The broker may get other batches while some of these wait for another try.
      this.#busyBrokers.delete(nodeId)
      const answered = departures.map((departure, index) => this.#answered(departure, outcome[index], session))
      this.#run()
      await Promise.all(answered)
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#busyBrokers.delete(nodeId)
    }
    this.#run()
  }

  /** As many as fit a request; each queue comes first at some time, as those that go are last in the set then. */
  #departures(queues: readonly PartitionQueue[], origin: BatchOrigin): readonly Departure[] {
    const { maxRequestBytes, deliveryTimeoutMs, isIdempotent } = this.#input.settings
    const departures: Departure[] = []
    let bytesLeft = maxRequestBytes
    for (const queue of queues) {
      if (departures.length > 0 && queue.nextBytes > bytesLeft) continue
      bytesLeft -= queue.nextBytes
      const queued = queue.take()
      if (queued === undefined) continue
      queue.isBusy = true
      this.#pending.delete(queue)
      const nowMs = this.#input.clock.monotonicMs()
      if (queued.attempts === 0) queued.giveUpAtMs = nowMs + deliveryTimeoutMs
      if (!queue.isEmpty) {
        queue.sinceMs = nowMs
        this.#pending.add(queue)
      }
      const sequence = isIdempotent ? (queued.firstSequence ?? 0) : -1
      departures.push({ queue, queued, bytes: queued.batch.seal(origin, sequence, this.#input.seal) })
    }
    return departures
  }

  async #answered({ queue, queued, bytes }: Departure, error: unknown, session: SendSession): Promise<void> {
    // It was written by a try whose answer got lost.
    if (error === undefined || isProtocolError(error, 'DUPLICATE_SEQUENCE_NUMBER')) {
      queue.isBusy = false
      this.#waiters.outstandingBytes -= queued.batch.recordBytes
      this.#input.onWritten(queued.batch.count, bytes.length)
      this.#waiters.wake()
      return
    }
    if (isTooLarge(error)) {
      if (queued.batch.count === 1) throw await this.#tooLarge(queue, queued, error)
      this.#waiters.outstandingBytes += queue.giveBackHalves(queued)
      this.#offer(queue)
      return
    }
    if (!isRetriable(error)) throw writeFailure(error, { queue, queued, session, settings: this.#input.settings })
    await this.#retry(queue, queued, error)
  }

  async #retry(queue: PartitionQueue, queued: QueuedBatch, error: unknown): Promise<void> {
    const { cluster, clock, settings } = this.#input
    if (isMoved(error)) cluster.forgetLeaders()
    queued.attempts += 1
    if (queued.giveUpAtMs === 0) queued.giveUpAtMs = clock.monotonicMs() + settings.deliveryTimeoutMs
    if (clock.monotonicMs() > queued.giveUpAtMs || cluster.isClosed) {
      this.#fail(writeFailure(error, { queue, queued, session: this.#session, settings }))
      return
    }
    await cluster.pauseBeforeRetry(queued.attempts)
    queue.giveBack(queued)
    this.#offer(queue)
  }

  /** What it was given back is due. */
  #offer(queue: PartitionQueue): void {
    queue.isBusy = false
    queue.sinceMs = 0
    this.#pending.add(queue)
  }

  #tooLarge({ topic }: PartitionQueue, { batch: { sizeBytes } }: QueuedBatch, error: unknown): Promise<FlinkError> {
    return tooLargeFailure(this.#input.cluster, { topic, sizeBytes }, error)
  }

  #fail(error: unknown): void {
    const isTold = this.#waiters.fail(error)
    this.#stop()
    if (!isTold) this.#input.onFailure(error)
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (const queue of this.#pending) queue.clear()
    this.#pending.clear()
  }
}

const CLOSED = { numRecords: 0, partition: 'any topic', broker: 'any broker', timeout: '0 ms', reason: 'it is closed' }

/** At least what it takes of a batch, without a look at its characters. */
function roughBytes({ key, value, headers }: BatchRecord): number {
  let bytes = 64 + (key?.length ?? 0) * 3 + (value?.length ?? 0) * 3
  for (const header of headers) bytes += 20 + header.key.length * 3 + (header.value?.length ?? 0) * 3
  return bytes
}
