// Duty: tells the broker how far a consumer group is, one commit at a time and always the newest.
// Thread: the task worker of the reader.
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { commitOffsets, type PartitionOffset } from '../client/kafka-offsets.js'
import type { KafkaPartitionSplit } from './kafka-partition-split.js'
import type { KafkaSourceReaderMetrics } from './kafka-source-reader-metrics.js'

/** The end of a job waits so long for its last commit. */
const CLOSE_TIMEOUT_MS = 5_000

export interface OffsetCommitterInput {
  readonly groupId: string
  readonly commitsAfterCheckpoints: boolean
  /** Undefined: not by the clock. */
  readonly intervalMs: number | undefined
  readonly open: () => Promise<KafkaCluster>
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly metrics: KafkaSourceReaderMetrics
}

export class OffsetCommitter {
  readonly #input: OffsetCommitterInput
  readonly #ofCheckpoints = new Map<number, readonly PartitionOffset[]>()
  readonly #finished = new Map<string, PartitionOffset>()
  #next: readonly PartitionOffset[] | undefined
  #running: Promise<void> | undefined
  #timer: TimerHandle | undefined
  #isClosed = false

  constructor(input: OffsetCommitterInput) {
    this.#input = input
  }

  /** `now`: gives the splits with how far they were emitted. For commits by the clock. */
  start(now: () => readonly KafkaPartitionSplit[]): void {
    const { clock, intervalMs } = this.#input
    if (intervalMs === undefined || this.#isClosed) return
    this.#timer = clock.setTimer(intervalMs, () => {
      this.#commit(this.#offsetsOf(now()))
      this.start(now)
    })
  }

  noteCheckpoint(checkpointId: number, splits: readonly KafkaPartitionSplit[]): void {
    if (this.#input.commitsAfterCheckpoints) this.#ofCheckpoints.set(checkpointId, this.#offsetsOf(splits))
  }

  /** Its offsets are part of the next checkpoints, though its split is not. */
  noteFinished(split: KafkaPartitionSplit): void {
    this.#finished.set(split.splitId(), offsetOf(split))
  }

  commit(checkpointId: number): void {
    const offsets = this.#ofCheckpoints.get(checkpointId)
    for (const id of [...this.#ofCheckpoints.keys()]) if (id <= checkpointId) this.#ofCheckpoints.delete(id)
    if (offsets !== undefined) this.#commit(offsets)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    if (this.#running !== undefined) await settledWithin(this.#running, CLOSE_TIMEOUT_MS, this.#input.clock)
  }

  #offsetsOf(splits: readonly KafkaPartitionSplit[]): readonly PartitionOffset[] {
    const offsets = new Map(this.#finished)
    for (const split of splits) offsets.set(split.splitId(), offsetOf(split))
    return [...offsets.values()].filter(({ offset }) => offset >= 0)
  }

  #commit(offsets: readonly PartitionOffset[]): void {
    if (offsets.length === 0) return
    this.#next = offsets
    this.#running ??= this.#run()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { groupId, open, logger, metrics } = this.#input
    for (let offsets = this.#next; offsets !== undefined; offsets = this.#next) {
      this.#next = undefined
      try {
        await commitOffsets(await open(), groupId, offsets)
        metrics.committed(offsets)
      } catch (error) {
        metrics.commitFailed()
        logger?.warn('offsets could not be committed to Kafka; the job goes on from its own state', {
          groupId,
          reason: messageOf(error),
        })
      }
    }
    this.#running = undefined
  }
}

function offsetOf(split: KafkaPartitionSplit): PartitionOffset {
  return { topic: split.getTopic(), partition: split.getPartition(), offset: split.getStartingOffset() }
}
