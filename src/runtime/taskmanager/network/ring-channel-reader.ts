// Duty: the reading end of a channel through shared memory.
// Invariants: slots are read in order, their sequence numbers are checked; records are read where they lie and their slot
// is freed behind the last one; a handler that stops in the middle keeps no slot from the writer, the rest is copied out.
// A reader that was closed, or has read the end of its partition, tells the writer, which then never waits for it.
// That memory is written again: a serializer gives nothing back that points into it.
// Thread: the consuming task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import {
  CLOSED_WORD,
  CONTROL_BYTES,
  HEAD_WORD,
  SLOT_HEADER_BYTES,
  TAIL_WORD,
  WAITING_WORD,
} from '../../protocol/ring-memory.js'
import type { RingMemory } from '../../protocol/task-deployment.js'
import type { ChannelHandler, ChannelReader } from './channel.js'
import { ringBell } from './doorbell.js'
import { ANNOUNCED_RECORDS, RecordBatch } from './record-batch.js'
import { SLOT_KIND } from './slot-kind.js'

/** Timestamp and hash. */
const RECORD_HEAD_BYTES = 12

interface Slot {
  readonly kind: number
  readonly flag: number
  /** Shared memory, until the slot is freed. */
  readonly bytes: Buffer
}

export class RingChannelReader implements ChannelReader {
  /** What came in so far: payload bytes and buffers. */
  numBytes = 0
  numBuffers = 0
  readonly #control: Int32Array
  readonly #view: DataView
  readonly #memory: RingMemory
  readonly #peerBell: Int32Array
  readonly #serializer: TypeSerializer<unknown>
  readonly #batch = new RecordBatch(ANNOUNCED_RECORDS)
  #head = 0
  /** Records of one slot that are not read yet. */
  #records: DataInputView | undefined
  /** They lie in the slot itself. */
  #isInSlot = false
  #fragments: Uint8Array[] = []
  #closed = false

  constructor(memory: RingMemory, peerBell: SharedArrayBuffer, serializer: TypeSerializer<unknown>) {
    this.#control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4)
    this.#view = new DataView(memory.buffer)
    this.#memory = memory
    this.#peerBell = new Int32Array(peerBell)
    this.#serializer = serializer
  }

  hasData(): boolean {
    return !this.#closed && (this.#records !== undefined || this.queuedBuffers() > 0)
  }

  queuedBuffers(): number {
    if (this.#closed) return 0
    return (Atomics.load(this.#control, TAIL_WORD) - this.#head) | 0
  }

  drain(handler: ChannelHandler, channelIndex: number): void {
    if (this.#closed) return
    if (this.#records === undefined) {
      if (this.queuedBuffers() <= 0) return
      const slot = this.#slot()
      if (slot.kind !== SLOT_KIND.records) {
        const bytes = Buffer.from(slot.bytes)
        this.#free()
        this.#deliverOther({ ...slot, bytes }, handler, channelIndex)
        return
      }
      this.#records = new DataInputView(slot.bytes)
      this.#isInSlot = true
    }
    this.#deliverRecords(this.#records, handler)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#records = undefined
    this.#fragments = []
    Atomics.store(this.#control, CLOSED_WORD, 1)
    this.#wakeWriter()
  }

  /** Some records at a time are decoded and delivered: a handler that stops leaves few of them, and all bytes. */
  #deliverRecords(records: DataInputView, handler: ChannelHandler): void {
    const batch = this.#batch
    while (handler.mayContinue()) {
      if (batch.isDelivered) {
        if (records.remaining === 0) break
        this.#decode(records, batch)
        if (records.remaining === 0) this.#leaveSlot()
      }
      batch.deliver(handler)
    }
    if (records.remaining > 0) this.#moveOut(records)
    else if (batch.isDelivered) this.#records = undefined
  }

  #leaveSlot(): void {
    if (this.#isInSlot) this.#free()
    this.#isInSlot = false
  }

  /** The handler stopped. */
  #moveOut(records: DataInputView): void {
    if (!this.#isInSlot || this.#closed) return
    this.#records = new DataInputView(Buffer.from(records.bytes.subarray(records.position)))
    this.#leaveSlot()
  }

  #decode(input: DataInputView, batch: RecordBatch): void {
    batch.clear()
    const serializer = this.#serializer
    const { view } = input
    const end = view.byteLength
    for (let position = input.position; position < end && !batch.isFull; position = input.position) {
      input.position = position + RECORD_HEAD_BYTES
      const value = serializer.deserialize(input)
      batch.add(value, view.getFloat64(position), view.getInt32(position + 8))
    }
  }

  #deliverOther(slot: Slot, handler: ChannelHandler, channelIndex: number): void {
    const input = new DataInputView(slot.bytes)
    switch (slot.kind) {
      case SLOT_KIND.fragment:
        this.#addFragment(slot)
        break
      case SLOT_KIND.watermark:
        handler.onWatermark(input.readFloat64(), channelIndex)
        break
      case SLOT_KIND.watermarkStatus:
        handler.onWatermarkStatus(slot.flag === 1 ? 'idle' : 'active', channelIndex)
        break
      case SLOT_KIND.barrier:
        handler.onBarrier({ checkpointId: input.readFloat64(), timestamp: input.readFloat64() }, channelIndex)
        break
      case SLOT_KIND.cancelBarrier:
        handler.onCancelBarrier(input.readFloat64(), channelIndex)
        break
      case SLOT_KIND.endOfData:
        handler.onEndOfData(channelIndex)
        break
      case SLOT_KIND.endOfPartition:
        this.close()
        handler.onEndOfPartition(channelIndex)
        break
      default:
        throw new FlinkError('ASSERTION_FAILED', { what: `a slot is of kind ${String(slot.kind)}` })
    }
  }

  /** The last part makes the record whole; it is delivered by the next drain as any other. */
  #addFragment(slot: Slot): void {
    this.#fragments.push(slot.bytes)
    if (slot.flag !== 1) return
    this.#records = new DataInputView(Buffer.concat(this.#fragments))
    this.#isInSlot = false
    this.#fragments = []
  }

  /** The next slot, which stays the reader's until it is freed. */
  #slot(): Slot {
    const { slotSizeBytes, slotCount, buffer } = this.#memory
    const base = CONTROL_BYTES + ((this.#head >>> 0) % slotCount) * slotSizeBytes
    const kind = this.#view.getInt32(base, true)
    const length = this.#view.getInt32(base + 4, true)
    const sequence = this.#view.getInt32(base + 8, true)
    const flag = this.#view.getInt32(base + 12, true)
    if (sequence !== this.#head) {
      const what = `slot ${String(this.#head)} of a channel carries the number ${String(sequence)}`
      throw new FlinkError('ASSERTION_FAILED', { what })
    }
    this.numBytes += length
    this.numBuffers += 1
    return { kind, flag, bytes: Buffer.from(buffer, base + SLOT_HEADER_BYTES, length) }
  }

  #free(): void {
    this.#head = (this.#head + 1) | 0
    Atomics.store(this.#control, HEAD_WORD, this.#head)
    this.#wakeWriter()
  }

  /** What it may be waiting for has been stored. */
  #wakeWriter(): void {
    const writerSleeps = Atomics.load(this.#control, WAITING_WORD) === 1
    if (writerSleeps && Atomics.exchange(this.#control, WAITING_WORD, 0) === 1) ringBell(this.#peerBell)
  }
}
