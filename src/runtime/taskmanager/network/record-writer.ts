// Duty: the output of a task over one edge: a partitioner over the channels to the subtasks on the other side.
// Invariants: events go to every channel after all records written before; nothing is lost for lack of room, the writer
// only says that it is not available.
// Thread: the producing task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ChannelWriter } from './channel.js'
import type { CapturedChannel, ChannelRecords } from './in-flight-records.js'
import type { InputInterrupt } from './input-interrupt.js'
import type { RecordBatch } from './record-batch.js'
import { recordNotSerializable } from './record-not-serializable.js'
import { RecordTooLargeError } from './record-too-large-error.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'
import { ALL_CHANNELS, type StreamPartitioner } from './stream-partitioner.js'

/** How what is in flight on an edge gets into a checkpoint. */
export interface EdgeInFlight extends Omit<ChannelRecords, 'channelIndex'> {
  /** For records that stand on their own. */
  readonly serializer: TypeSerializer<unknown>
}

export interface RecordWriterInput {
  readonly channels: readonly ChannelWriter[]
  readonly partitioner: StreamPartitioner
  /** The operator whose records these are, for errors. */
  readonly operatorName: string
  readonly interrupt: InputInterrupt
  /** Longest time in ms that a record waits unflushed; 0: flushed at once; below 0: only when a buffer is full. */
  readonly bufferTimeoutMs: number
  /** Absent where barriers keep their places among the records. */
  readonly inFlight?: EdgeInFlight | undefined
}

export class RecordWriter {
  readonly bufferTimeoutMs: number
  /** A record counts once, however many channels it goes to. */
  numRecordsOut = 0
  currentOutputWatermark: number = Number.NEGATIVE_INFINITY
  readonly #channels: readonly ChannelWriter[]
  readonly #partitioner: StreamPartitioner
  readonly #operatorName: string
  readonly #interrupt: InputInterrupt
  readonly #inFlight: EdgeInFlight | undefined
  /** True when a channel had no room after a write. Only a write can take the room, so this is all that a record looks at. */
  #mayBeFull = false

  constructor(input: RecordWriterInput) {
    this.#channels = input.channels
    this.#partitioner = input.partitioner
    this.#operatorName = input.operatorName
    this.#interrupt = input.interrupt
    this.#inFlight = input.inFlight
    this.bufferTimeoutMs = input.bufferTimeoutMs
  }

  emit(value: unknown, timestamp: number): void {
    this.numRecordsOut += 1
    const index = this.#partitioner.selectChannel(value)
    const keyHash = this.#partitioner.keyHash
    try {
      if (index === ALL_CHANNELS) {
        for (const channel of this.#channels) channel.writeRecord(value, timestamp, keyHash)
        this.#setMayBeFull()
      } else {
        const channel = this.#channel(index)
        channel.writeRecord(value, timestamp, keyHash)
        if (!channel.isAvailable()) this.#setMayBeFull()
      }
    } catch (error) {
      throw this.#explained(error)
    }
    if (this.bufferTimeoutMs === 0) this.flush()
  }

  /** Records that nobody else has, together; false: nothing was taken, they have to go one by one. */
  emitBatch(batch: RecordBatch): boolean {
    const [channel] = this.#channels
    if (this.#channels.length !== 1 || channel?.writeBatch === undefined) return false
    if (this.#partitioner.isBlind !== true) return false
    const { size } = batch
    if (!channel.writeBatch(batch)) return false
    this.numRecordsOut += size
    this.#setMayBeFull()
    return true
  }

  broadcastWatermark(timestamp: number): void {
    this.currentOutputWatermark = timestamp
    for (const channel of this.#channels) channel.writeWatermark(timestamp)
    this.#setMayBeFull()
  }

  broadcastWatermarkStatus(status: WatermarkStatus): void {
    for (const channel of this.#channels) channel.writeWatermarkStatus(status)
    this.#setMayBeFull()
  }

  broadcastBarrier(barrier: CheckpointBarrier): void {
    for (const channel of this.#channels) channel.writeBarrier(barrier)
    this.#setMayBeFull()
  }

  /** In front of all that was written, where it may be: what it has overtaken on this side is given back. */
  announceBarrier(barrier: CheckpointBarrier): CapturedChannel[] {
    if (this.#inFlight === undefined) {
      this.broadcastBarrier(barrier)
      return []
    }
    const { serializer, edgeIndex, typeFingerprint } = this.#inFlight
    const captured: CapturedChannel[] = []
    for (const [channelIndex, channel] of this.#channels.entries()) {
      if (channel.announceBarrier(barrier)) {
        captured.push({ edgeIndex, channelIndex, typeFingerprint, parts: [channel.inFlight(serializer)] })
      } else {
        channel.writeBarrier(barrier)
      }
    }
    this.#setMayBeFull()
    return captured
  }

  /** Barriers of that checkpoint, which were written among the records and are still to be read, overtake these now. */
  overtakeLate(barrier: CheckpointBarrier): CapturedChannel[] {
    if (this.#inFlight === undefined) return []
    const { serializer, edgeIndex, typeFingerprint } = this.#inFlight
    return this.#channels.flatMap((channel, channelIndex) => {
      const records = channel.overtakeLate(barrier, serializer)
      return records === undefined ? [] : [{ edgeIndex, channelIndex, typeFingerprint, parts: [records] }]
    })
  }

  areBarriersOut(checkpointId: number): boolean {
    return this.#inFlight === undefined || this.#channels.every((channel) => channel.isBarrierOut(checkpointId))
  }

  broadcastCancelBarrier(checkpointId: number): void {
    for (const channel of this.#channels) channel.writeCancelBarrier(checkpointId)
    this.#setMayBeFull()
  }

  broadcastIterationMarker(quietRounds: number): void {
    for (const channel of this.#channels) channel.writeIterationMarker(quietRounds)
    this.#setMayBeFull()
  }

  broadcastEndOfData(): void {
    for (const channel of this.#channels) channel.writeEndOfData()
    this.#setMayBeFull()
  }

  broadcastEndOfPartition(): void {
    for (const channel of this.#channels) channel.writeEndOfPartition()
    this.#setMayBeFull()
  }

  /** True when nothing is left to be sent. */
  flush(): boolean {
    let isEmpty = true
    for (const channel of this.#channels) if (channel.hasPending() && !channel.flush()) isEmpty = false
    return isEmpty
  }

  hasPending(): boolean {
    return this.#channels.some((channel) => channel.hasPending())
  }

  isAvailable(): boolean {
    if (!this.#mayBeFull) return true
    for (const channel of this.#channels) if (!channel.isAvailable()) return false
    this.#mayBeFull = false
    return true
  }

  close(): void {
    for (const channel of this.#channels) channel.close()
  }

  #setMayBeFull(): void {
    this.#mayBeFull = true
    this.#interrupt.raise()
  }

  #channel(index: number): ChannelWriter {
    const channel = this.#channels[index]
    if (channel === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no channel ${String(index)}` })
    return channel
  }

  #explained(error: unknown): unknown {
    const operator = this.#operatorName
    if (!(error instanceof RecordTooLargeError)) return recordNotSerializable(error, operator)
    const { sizeBytes, limitBytes } = error
    return new FlinkError('RECORD_TOO_LARGE', { operator, sizeBytes, limitBytes }, { cause: error })
  }
}
