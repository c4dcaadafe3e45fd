// Duty: the writing end of a channel through shared memory.
// Invariants: records are written into the next free slot itself, which nobody reads before it is published; what finds no
// free slot waits here, in order, and makes the writer unavailable until it has gone. When the reader reads no more, what
// finds no free slot is dropped. Records and events that are larger than a slot go in parts. A record that cannot be serialized leaves
// no trace; after one that is too large nothing more is taken, as a serializer may remember it.
// Thread: the producing task's worker.
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import { isStreamSerializer, type StreamPosition } from '../../../core/types/stream-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { RingMemory } from '../../protocol/task-deployment.js'
import {
  barrierEvent,
  cancelBarrierEvent,
  END_OF_DATA,
  END_OF_PARTITION,
  iterationMarkerEvent,
  watermarkEvent,
  watermarkStatusEvent,
  type Segment,
} from './channel-event.js'
import type { ChannelWriter } from './channel.js'
import { CheckpointBarriers } from './checkpoint-barriers.js'
import { InFlightRecords } from './in-flight-records.js'
import {
  MAX_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  WATERMARK_BYTES,
  writeRecordHead,
  writeWatermarkAmongRecords,
} from './record-bytes.js'
import { RecordTooLargeError } from './record-too-large-error.js'
import { RingWriterEnd, type WritableSlot } from './ring-writer-end.js'
import { SegmentRecords } from './segment-records.js'
import { SLOT_KIND } from './slot-kind.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'
import { WaitingSegments } from './waiting-segments.js'
import { WaitingSpace } from './waiting-space.js'

/** Room after a full slot, so that the record that ends it does not make the buffer grow. */
const OVERHANG_BYTES = 4096

export interface RingChannelWriterOptions {
  /** Where waits what the ring has no room for. */
  readonly waitingSpace?: WaitingSpace
  readonly maxRecordBytes?: number
  readonly barriers?: CheckpointBarriers
}

export class RingChannelWriter implements ChannelWriter {
  readonly #end: RingWriterEnd
  readonly #serializer: TypeSerializer<unknown>
  readonly #maxRecordBytes: number
  readonly #barriers: CheckpointBarriers
  readonly #waiting: WaitingSegments
  /** What was written since the last slot: in the next slot if there is one, else in memory of its own. */
  #current: DataOutputView
  /** The next slot while `current` belongs there. */
  #target: WritableSlot | undefined
  /** Of the stream where `current` begins. */
  #start: StreamPosition
  #lastKeyHash = 0
  #failure: RecordTooLargeError | undefined
  /** Where the barrier that was written last has its first slot, or will have it. */
  #lastBarrier: { readonly checkpointId: number; readonly slot: number } | undefined

  constructor(
    memory: RingMemory,
    peerBell: SharedArrayBuffer,
    serializer: TypeSerializer<unknown>,
    options: RingChannelWriterOptions = {},
  ) {
    const { waitingSpace = new WaitingSpace(), maxRecordBytes = MAX_RECORD_BYTES } = options
    this.#barriers = options.barriers ?? new CheckpointBarriers()
    this.#end = new RingWriterEnd(memory, peerBell)
    this.#serializer = serializer
    this.#maxRecordBytes = maxRecordBytes
    this.#waiting = new WaitingSegments(waitingSpace)
    this.#current = new DataOutputView(this.#end.payloadBytes + OVERHANG_BYTES)
  }

  get numBytes(): number {
    return this.#end.numBytes
  }

  get numBuffers(): number {
    return this.#end.numBuffers
  }

  get waitingBytes(): number {
    return this.#waiting.sizeBytes
  }

  writeRecord(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#failure !== undefined) throw this.#failure
    const output = this.#current
    if (output.position === 0) {
      this.#start = this.#position
      this.#begin()
    }
    const start = output.position
    output.markMoving()
    try {
      writeRecordHead(output, timestamp, keyHash)
      this.#serializer.serialize(value, output)
    } catch (error) {
      output.truncate(start)
      this.#returnToTarget(start)
      throw error
    }
    this.#lastKeyHash = keyHash
    if (output.position > this.#end.payloadBytes) this.#goBeyondSlot(start)
    else if (output.bytes !== this.#target?.bytes) this.#returnToTarget(start)
  }

  /** Among the records that wait to be flushed; a slot of its own took several us a watermark. */
  writeWatermark(timestamp: number): void {
    const output = this.#current
    const isAmongRecords = output.position > 0 && output.position + WATERMARK_BYTES <= this.#end.payloadBytes
    if (isAmongRecords) writeWatermarkAmongRecords(output, timestamp, this.#lastKeyHash)
    else this.#writeEvent(watermarkEvent(timestamp))
  }

  writeWatermarkStatus(status: WatermarkStatus): void {
    this.#writeEvent(watermarkStatusEvent(status))
  }

  writeBarrier(barrier: CheckpointBarrier): void {
    this.#seal()
    this.#lastBarrier = { checkpointId: barrier.checkpointId, slot: (this.#end.tail + this.#waiting.count) | 0 }
    this.#writeEvent(barrierEvent(this.#barriers.encode(barrier)))
  }

  announceBarrier(barrier: CheckpointBarrier): boolean {
    return this.#end.announce(this.#barriers.encode(barrier))
  }

  isBarrierOut(checkpointId: number): boolean {
    return this.#waitingBefore(checkpointId) < 0 || this.#end.isReaderGone()
  }

  overtakeLate(barrier: CheckpointBarrier, serializer: TypeSerializer<unknown>): InFlightRecords | undefined {
    const last = this.#lastBarrier
    if (last?.checkpointId !== barrier.checkpointId) return undefined
    if (this.#end.isReaderGone() || this.#end.hasRead(last.slot)) return undefined
    const waiting = this.#waitingBefore(barrier.checkpointId)
    if (!this.#end.announce(this.#barriers.encode(barrier), waiting > 0 ? this.#end.tail : last.slot)) return undefined
    const records = new InFlightRecords(serializer)
    if (waiting > 0) this.#addWaiting(records, waiting, this.#end.begun)
    return records
  }

  writeCancelBarrier(checkpointId: number): void {
    this.#writeEvent(cancelBarrierEvent(checkpointId))
  }

  writeIterationMarker(quietRounds: number): void {
    this.#writeEvent(iterationMarkerEvent(quietRounds))
  }

  writeEndOfData(): void {
    this.#writeEvent(END_OF_DATA)
  }

  writeEndOfPartition(): void {
    this.#writeEvent(END_OF_PARTITION)
  }

  /** While others wait in front of it, a half-full slot is filled on. */
  flush(): boolean {
    if (!this.#drainWaiting()) return false
    this.#seal()
    return this.#drainWaiting()
  }

  hasPending(): boolean {
    return this.#current.position > 0 || !this.#waiting.isEmpty
  }

  isAvailable(): boolean {
    return this.#waiting.isEmpty || this.#drainWaiting()
  }

  inFlight(serializer: TypeSerializer<unknown>, begun?: Uint8Array): InFlightRecords {
    const records = new InFlightRecords(serializer)
    if (this.#end.isReaderGone()) return records
    const reader = this.#addWaiting(records, Infinity, begun === undefined ? this.#end.begun : [begun])
    const bytes = this.#current.written().slice()
    records.later(() => {
      records.addEncoded(bytes, reader)
    })
    return records
  }

  close(): void {
    this.#waiting.clear()
    this.#target = undefined
    this.#current.writeIntoOwn()
  }

  /** The first record since the last slot: into the next one, if it is free. */
  #begin(): void {
    if (this.#target !== undefined || !this.#waiting.isEmpty || !this.#end.hasRoom()) return
    this.#target = this.#end.nextSlot()
    this.#current.writeInto(this.#target.bytes, this.#target.view, 0)
  }

  /** A record from `start` on for which more room was reserved than it took. */
  #returnToTarget(start: number): void {
    const output = this.#current
    if (this.#target === undefined || output.bytes === this.#target.bytes) return
    const { bytes, view } = this.#target
    const end = output.position
    bytes.set(output.bytes.subarray(start, end), start)
    output.writeInto(bytes, view, end)
  }

  /** So many segments at most. Gives back who reads on after them. */
  #addWaiting(records: InFlightRecords, most: number, begun: readonly Uint8Array[]): TypeSerializer<unknown> {
    const position = this.#waiting.isEmpty ? this.#start : this.#waiting.position
    const stream = this.#serializer
    const reader = isStreamSerializer(stream) ? stream.readerFrom(position) : stream
    const segments = new SegmentRecords(records, reader, begun)
    segments.addLater(this.#waiting.all(most))
    return reader
  }

  /** Segments that wait in front of the last barrier; below 0 where it is not here any more. */
  #waitingBefore(checkpointId: number): number {
    const last = this.#lastBarrier
    return last?.checkpointId === checkpointId ? (last.slot - this.#end.tail) | 0 : -1
  }

  #writeEvent(event: Segment): void {
    this.#seal()
    if (event.bytes.length <= this.#end.payloadBytes) this.#put(event, this.#position)
    else this.#writeFragments(event.kind, event.bytes, this.#position)
  }

  /** Of the next record. */
  get #position(): StreamPosition {
    return isStreamSerializer(this.#serializer) ? this.#serializer.position() : undefined
  }

  #positionOfLast(record: Uint8Array): StreamPosition {
    const stream = this.#serializer
    return isStreamSerializer(stream) ? stream.positionOfLast(record.subarray(RECORD_HEAD_BYTES)) : undefined
  }

  /** The last record did not fit after the others: they go first, it begins the next slot or takes several. */
  #goBeyondSlot(start: number): void {
    const sizeBytes = this.#current.position - start
    if (sizeBytes > this.#maxRecordBytes) {
      this.#current.truncate(start)
      this.#failure = new RecordTooLargeError(sizeBytes, this.#maxRecordBytes)
      throw this.#failure
    }
    // In memory of the writer itself, as there was no room for all of it in a slot.
    const record = this.#current.written().subarray(start)
    this.#current.truncate(start)
    this.#seal()
    this.#start = this.#positionOfLast(record)
    if (record.length <= this.#end.payloadBytes) {
      this.#begin()
      this.#current.writeBytes(record)
    } else {
      this.#current = new DataOutputView(this.#end.payloadBytes + OVERHANG_BYTES)
      this.#writeFragments(SLOT_KIND.records, record, this.#start)
    }
  }

  /** The flag of what is of this kind is 0. */
  #writeFragments(kind: number, bytes: Uint8Array, position: StreamPosition): void {
    const { payloadBytes } = this.#end
    for (let start = 0; start < bytes.length; start += payloadBytes) {
      const end = Math.min(bytes.length, start + payloadBytes)
      const flag = end === bytes.length ? kind : 0
      this.#put({ kind: SLOT_KIND.fragment, flag, bytes: bytes.subarray(start, end) }, position)
    }
  }

  #seal(): void {
    const lengthBytes = this.#current.position
    if (lengthBytes > 0) {
      if (this.#target === undefined)
        this.#put({ kind: SLOT_KIND.records, flag: 0, bytes: this.#current.written() }, this.#start)
      else this.#end.publish(SLOT_KIND.records, 0, lengthBytes)
    }
    this.#target = undefined
    this.#current.writeIntoOwn()
  }

  #put(segment: Segment, position: StreamPosition): void {
    if (this.#waiting.isEmpty && this.#end.hasRoom()) this.#end.send(segment)
    else if (!this.#end.isReaderGone()) this.#waiting.push(segment, position)
  }

  #drainWaiting(): boolean {
    while (!this.#waiting.isEmpty && this.#end.hasRoomOrAsks()) {
      const segment = this.#waiting.take()
      if (segment !== undefined) this.#end.send(segment)
    }
    if (!this.#waiting.isEmpty && this.#end.isReaderGone()) this.#waiting.clear()
    return this.#waiting.isEmpty
  }
}
