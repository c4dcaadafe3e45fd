// Duty: the reading end of a channel through shared memory.
// Invariants: records are read where they lie and their slot is freed after the last one; a handler that stops in the
// middle keeps no slot from the writer, the rest is copied out.
// A reader that was closed, or has read the end of its partition, tells the writer, which then never waits for it.
// That memory is written again: a serializer gives nothing back that points into it.
// Thread: the consuming task's worker.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { isStreamSerializer } from '../../../core/types/stream-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { RingMemory } from '../../protocol/task-deployment.js'
import { deliverEvent, type Segment } from './channel-event.js'
import type { ChannelHandler, ChannelReader } from './channel.js'
import { CheckpointBarriers } from './checkpoint-barriers.js'
import { ANNOUNCED_RECORDS, RecordBatch } from './record-batch.js'
import { InFlightRecords } from './in-flight-records.js'
import { readRecords } from './record-bytes.js'
import type { Announcement } from './ring-announcement.js'
import { RingReaderEnd, type ReadableSlot } from './ring-reader-end.js'
import { SegmentRecords } from './segment-records.js'
import { SLOT_KIND } from './slot-kind.js'
import type { CheckpointBarrier } from './stream-element.js'

export class RingChannelReader implements ChannelReader {
  readonly #end: RingReaderEnd
  readonly #serializer: TypeSerializer<unknown>
  readonly #barriers: CheckpointBarriers
  readonly #batch = new RecordBatch(ANNOUNCED_RECORDS)
  /** Records of one slot that are not read yet. */
  #records: DataInputView | undefined
  /** They lie in the slot itself. */
  #isInSlot = false
  #fragments: Uint8Array[] = []
  #announced: { readonly by: Announcement; readonly barrier: CheckpointBarrier } | undefined

  constructor(
    memory: RingMemory,
    peerBell: SharedArrayBuffer,
    serializer: TypeSerializer<unknown>,
    barriers: CheckpointBarriers = new CheckpointBarriers(),
  ) {
    this.#end = new RingReaderEnd(memory, peerBell)
    this.#serializer = serializer
    this.#barriers = barriers
  }

  get numBytes(): number {
    return this.#end.numBytes
  }

  get numBuffers(): number {
    return this.#end.numBuffers
  }

  hasData(): boolean {
    return this.#records !== undefined || this.#end.queuedSlots() > 0
  }

  queuedBuffers(): number {
    return this.#end.queuedSlots()
  }

  get mayAnnounce(): boolean {
    return this.#end.mayAnnounce
  }

  get isEndQueued(): boolean {
    return this.#end.lastKind === SLOT_KIND.endOfPartition
  }

  announcedBarrier(): CheckpointBarrier | undefined {
    const by = this.#end.announced()
    if (by === undefined) return undefined
    if (this.#announced?.by !== by) this.#announced = { by, barrier: this.#barriers.decode(by.bytes) }
    return this.#announced.barrier
  }

  releaseAnnounced(): void {
    this.#end.releaseAnnounced()
    this.#announced = undefined
  }

  drain(handler: ChannelHandler, channelIndex: number): void {
    if (this.#records === undefined) {
      if (this.#end.queuedSlots() <= 0) return
      const slot = this.#end.slot()
      if (slot.kind !== SLOT_KIND.records) {
        const bytes = Buffer.from(slot.bytes)
        this.#end.free()
        this.#deliverOther({ ...slot, bytes }, handler, channelIndex)
        return
      }
      this.#records = new DataInputView(slot.bytes)
      this.#isInSlot = true
    }
    this.#deliverRecords(this.#records, handler, channelIndex)
  }

  inFlight(serializer: TypeSerializer<unknown>): InFlightRecords {
    const records = new InFlightRecords(serializer)
    if (this.#end.isClosed) return records
    this.#batch.addRest(records)
    const stream = this.#serializer
    const reader = isStreamSerializer(stream) ? stream.readerFrom(stream.position()) : stream
    const unread = this.#records
    if (unread !== undefined) records.addEncoded(unread.bytes.subarray(unread.position), reader)
    const segments = new SegmentRecords(records, reader, this.#fragments)
    const queued = this.#end.queuedSlots()
    for (let ahead = this.#isInSlot ? 1 : 0; ahead < queued; ahead += 1) segments.add(this.#end.peek(ahead))
    records.begun = segments.begun
    return records
  }

  close(): void {
    this.#records = undefined
    this.#fragments = []
    this.#end.close()
  }

  /** Some records at a time are decoded and delivered: a handler that stops leaves few of them, and all bytes. */
  #deliverRecords(records: DataInputView, handler: ChannelHandler, channelIndex: number): void {
    const batch = this.#batch
    while (handler.mayContinue()) {
      if (batch.isDelivered) {
        if (records.remaining === 0) break
        readRecords(records, this.#serializer, batch)
        if (records.remaining === 0) this.#leaveSlot()
      }
      batch.deliver(handler, channelIndex)
    }
    if (records.remaining > 0) this.#moveOut(records)
    else if (batch.isDelivered) this.#records = undefined
  }

  #leaveSlot(): void {
    if (this.#isInSlot) this.#end.free()
    this.#isInSlot = false
  }

  /** The handler stopped. */
  #moveOut(records: DataInputView): void {
    if (!this.#isInSlot || this.#end.isClosed) return
    this.#records = new DataInputView(Buffer.from(records.bytes.subarray(records.position)))
    this.#leaveSlot()
  }

  #deliverOther(slot: ReadableSlot, handler: ChannelHandler, channelIndex: number): void {
    const event = slot.kind === SLOT_KIND.fragment ? this.#addFragment(slot) : slot
    if (event === undefined) return
    if (event.kind === SLOT_KIND.endOfPartition) this.close()
    deliverEvent(event, { handler, channelIndex, barriers: this.#barriers })
  }

  /** The last part makes it whole. An event is given back; a record is delivered by the next drain as any other. */
  #addFragment(slot: ReadableSlot): Segment | undefined {
    this.#fragments.push(slot.bytes)
    const kind = slot.flag
    if (kind === 0) return undefined
    const bytes = Buffer.concat(this.#fragments)
    this.#fragments = []
    if (kind !== SLOT_KIND.records) return { kind, flag: 0, bytes }
    this.#records = new DataInputView(bytes)
    this.#isInSlot = false
    return undefined
  }
}
