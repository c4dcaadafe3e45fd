// Duty: the two ends of a channel between two subtasks, whatever lies between (shared memory or a queue in one thread).
// Invariants: one writer, one reader; order kept; a reader that is not drained is blocked, which blocks the writer when
// the channel's memory is used up. Nothing here waits: availability is asked for, wake-ups come through the doorbell.
// Thread: writer and reader each on the thread of their own task.
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { InFlightRecords } from './in-flight-records.js'
import type { RecordBatch } from './record-batch.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'

/** What a channel delivers, one call an element, in order. */
export interface ChannelHandler {
  onRecord(value: unknown, timestamp: number, keyHash: number): void
  /** Takes records as they lie together, in place of a call each; false: nothing was taken. Not every channel asks. */
  onBatch?(batch: RecordBatch): boolean
  /** The hashes from `start` to `end` belong to the next records: their state may be brought near. */
  onComingKeys(keyHashes: readonly number[], start: number, end: number): void
  onWatermark(timestamp: number, channelIndex: number): void
  onWatermarkStatus(status: WatermarkStatus, channelIndex: number): void
  onBarrier(barrier: CheckpointBarrier, channelIndex: number): void
  /** The producer abandoned this checkpoint: stop waiting for its barrier. */
  onCancelBarrier(checkpointId: number, channelIndex: number): void
  /** In a loop: all before it has gone by, and nothing went round for so many rounds (iteration/README.md). */
  onIterationMarker(quietRounds: number, channelIndex: number): void
  /** All records of this channel were delivered: operators may finish, checkpoints still count the channel. */
  onEndOfData(channelIndex: number): void
  /** Nothing comes after this. */
  onEndOfPartition(channelIndex: number): void
  /** Asked between elements: false stops the drain at once, the rest stays in the channel. */
  mayContinue(): boolean
}

/** The reading end. */
export interface ChannelReader {
  hasData(): boolean
  /**
   * Delivers what is there, until the handler stops it, an event (anything but a record, or a watermark among records) was
   * delivered, or one buffer is used up.
   */
  drain(handler: ChannelHandler, channelIndex: number): void
  /** A barrier may be announced here, in front of what it has overtaken. */
  readonly mayAnnounce: boolean
  /**
   * The oldest barrier that has overtaken what is still to be read, or all that is to be read. Nothing that follows it is
   * delivered, is data, or is in flight here until it is released.
   */
  announcedBarrier(): CheckpointBarrier | undefined
  releaseAnnounced(): void
  /** The end of the partition has been handed over and not read: nothing more comes, and no barrier either. */
  readonly isEndQueued: boolean
  /** Buffers waiting to be read, for metrics. */
  queuedBuffers(): number
  /**
   * The records, and watermarks between them, that were handed over and not delivered, oldest first: the rest of what was decoded, the rest of the
   * buffer in the middle of which the handler stopped, then the buffers that wait, up to an announced barrier. Nothing of it is
   * taken: it is delivered all the same. What was written = what was delivered + `inFlight` of the reader + `inFlight` of the writer. Other events
   * are left out. Nothing after `close` or the end of the partition.
   */
  inFlight(serializer: TypeSerializer<unknown>): InFlightRecords
  /** Nothing more is read, as after the end of the partition: what is written from now on is dropped. */
  close(): void
}

/** Both ends of a channel, where one holds both. */
export interface ChannelEnds {
  readonly writer: ChannelWriter
  readonly reader: ChannelReader
}

/**
 * The writing end. Writing never fails for lack of room: what does not fit waits in the writer and makes it unavailable.
 * A writer whose reader is closed, or has read the end of the partition, is always available and flushed.
 */
export interface ChannelWriter {
  /** Bytes that wait for room: in memory of the writer's worker, or in a file. */
  readonly waitingBytes: number
  writeRecord(value: unknown, timestamp: number, keyHash: number): void
  /** Records that nobody else has, as they lie together; false: nothing was taken. */
  writeBatch?(batch: RecordBatch): boolean
  /** After records that are not flushed yet it waits for that, as they do; else it goes at once. */
  writeWatermark(timestamp: number): void
  writeWatermarkStatus(status: WatermarkStatus): void
  writeBarrier(barrier: CheckpointBarrier): void
  /**
   * The barrier overtakes all that was written: its reader finds it in front. What is `inFlight` here at this moment, and all
   * that is written later, is after it. A record that has gone in part is the writer's. False, and nothing done, where it has to go among the records.
   */
  announceBarrier(barrier: CheckpointBarrier): boolean
  /** The barrier of this checkpoint, if it was the last one to be written among the records, has been handed over. */
  isBarrierOut(checkpointId: number): boolean
  /**
   * The barrier that was written last overtakes what is in front of it now. Gives back what of that was here. Undefined, and nothing
   * done, where its reader has read it already, or where it has to keep its place.
   */
  overtakeLate(barrier: CheckpointBarrier, serializer: TypeSerializer<unknown>): InFlightRecords | undefined
  writeCancelBarrier(checkpointId: number): void
  writeIterationMarker(quietRounds: number): void
  writeEndOfData(): void
  writeEndOfPartition(): void
  /**
   * Makes everything written so far visible to the reader as far as there is room; true when nothing is left to be
   * sent.
   */
  flush(): boolean
  /** True when there is unflushed data. */
  hasPending(): boolean
  /** False while data waits for room. */
  isAvailable(): boolean
  /**
   * The records that were written and not handed over, oldest first: those that wait for room, then those of the buffer
   * that is being filled. Nothing of it is taken. A record is the writer's until all of it is handed over: of one that has
   * gone in part it needs what the reader has of it, its `begun`, where no barrier may be announced; else it has kept that.
   */
  inFlight(serializer: TypeSerializer<unknown>, begun?: Uint8Array): InFlightRecords
  close(): void
}
