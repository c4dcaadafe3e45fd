// Duty: the writing end of a channel through shared memory.
// Invariants: a slot is published by storing the tail after its bytes; records are written into the next free slot itself,
// which nobody reads before; what finds no free slot waits here, in order, and makes the writer unavailable until it has
// gone. When the reader reads no more, what finds no free slot is dropped. Records that are larger than a slot go in parts. A record that cannot be serialized leaves no trace; after one
// that is too large nothing more is taken, as a serializer may remember it.
// Thread: the producing task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
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
import type { ChannelWriter } from './channel.js'
import { ringBell } from './doorbell.js'
import { RecordTooLargeError } from './record-too-large-error.js'
import { SLOT_KIND } from './slot-kind.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'

/** Larger records would need several times their size in memory while they travel. */
const MAX_RECORD_BYTES = 2 ** 30
/** Room behind a full slot, so that the record that ends it does not make the buffer grow. */
const SPILL_BYTES = 4096

interface WaitingSlot {
  readonly kind: number
  readonly flag: number
  readonly bytes: Uint8Array
}

/** The memory behind the header of a slot. */
interface Payload {
  readonly bytes: Buffer
  readonly view: DataView
}

export class RingChannelWriter implements ChannelWriter {
  /** What went out so far: payload bytes and buffers. */
  numBytes = 0
  numBuffers = 0
  readonly #control: Int32Array
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #slotSizeBytes: number
  readonly #slotCount: number
  readonly #payloadBytes: number
  readonly #peerBell: Int32Array
  readonly #serializer: TypeSerializer<unknown>
  readonly #maxRecordBytes: number
  readonly #payloads = new Map<number, Payload>()
  /** What was written since the last slot: in the next slot if there is one, else in memory of its own. */
  #current: DataOutputView
  /** The next slot while `current` belongs there. */
  #target: Payload | undefined
  #waiting: WaitingSlot[] = []
  #tail = 0
  #knownHead = 0
  #failure: RecordTooLargeError | undefined

  constructor(
    memory: RingMemory,
    peerBell: SharedArrayBuffer,
    serializer: TypeSerializer<unknown>,
    maxRecordBytes: number = MAX_RECORD_BYTES,
  ) {
    this.#control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4)
    this.#view = new DataView(memory.buffer)
    this.#bytes = new Uint8Array(memory.buffer)
    this.#slotSizeBytes = memory.slotSizeBytes
    this.#slotCount = memory.slotCount
    this.#payloadBytes = memory.slotSizeBytes - SLOT_HEADER_BYTES
    this.#maxRecordBytes = maxRecordBytes
    this.#current = new DataOutputView(this.#payloadBytes + SPILL_BYTES)
    this.#peerBell = new Int32Array(peerBell)
    this.#serializer = serializer
  }

  writeRecord(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#failure !== undefined) throw this.#failure
    const output = this.#current
    if (output.position === 0) this.#begin()
    const start = output.position
    output.markMoving()
    try {
      output.writeFloat64(timestamp)
      output.writeInt32(keyHash)
      this.#serializer.serialize(value, output)
    } catch (error) {
      output.truncate(start)
      this.#returnToTarget(start)
      throw error
    }
    if (output.position > this.#payloadBytes) this.#spill(start)
    else if (output.bytes !== this.#target?.bytes) this.#returnToTarget(start)
  }

  writeWatermark(timestamp: number): void {
    this.#writeEvent(SLOT_KIND.watermark, 0, (output) => {
      output.writeFloat64(timestamp)
    })
  }

  writeWatermarkStatus(status: WatermarkStatus): void {
    this.#writeEvent(SLOT_KIND.watermarkStatus, status === 'idle' ? 1 : 0)
  }

  writeBarrier(barrier: CheckpointBarrier): void {
    this.#writeEvent(SLOT_KIND.barrier, 0, (output) => {
      output.writeFloat64(barrier.checkpointId)
      output.writeFloat64(barrier.timestamp)
    })
  }

  writeCancelBarrier(checkpointId: number): void {
    this.#writeEvent(SLOT_KIND.cancelBarrier, 0, (output) => {
      output.writeFloat64(checkpointId)
    })
  }

  writeEndOfData(): void {
    this.#writeEvent(SLOT_KIND.endOfData, 0)
  }

  writeEndOfPartition(): void {
    this.#writeEvent(SLOT_KIND.endOfPartition, 0)
  }

  flush(): boolean {
    this.#seal()
    return this.#drainWaiting()
  }

  hasPending(): boolean {
    return this.#current.position > 0 || this.#waiting.length > 0
  }

  isAvailable(): boolean {
    return this.#waiting.length === 0 || this.#drainWaiting()
  }

  close(): void {
    this.#waiting = []
    this.#target = undefined
    this.#current.writeIntoOwn()
  }

  /** The first record since the last slot: into the next one, if it is free. */
  #begin(): void {
    if (this.#target !== undefined || this.#waiting.length > 0 || !this.#hasRoom()) return
    this.#target = this.#payload()
    this.#current.writeInto(this.#target.bytes, this.#target.view, 0)
  }

  #payload(): Payload {
    const base = this.#nextSlot()
    const known = this.#payloads.get(base)
    if (known !== undefined) return known
    const { buffer } = this.#view
    const payload = {
      bytes: Buffer.from(buffer, base + SLOT_HEADER_BYTES, this.#payloadBytes),
      view: new DataView(buffer, base + SLOT_HEADER_BYTES, this.#payloadBytes),
    }
    this.#payloads.set(base, payload)
    return payload
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

  #writeEvent(kind: number, flag: number, write?: (output: DataOutputView) => void): void {
    this.#seal()
    const output = new DataOutputView(16)
    write?.(output)
    this.#put(kind, flag, output.written())
  }

  /** The last record did not fit behind the others: they go first, it begins the next slot or takes several. */
  #spill(start: number): void {
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
    if (record.length <= this.#payloadBytes) {
      this.#begin()
      this.#current.writeBytes(record)
    } else {
      this.#current = new DataOutputView(this.#payloadBytes + SPILL_BYTES)
      this.#writeFragments(record)
    }
  }

  #writeFragments(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += this.#payloadBytes) {
      const end = Math.min(bytes.length, start + this.#payloadBytes)
      this.#put(SLOT_KIND.fragment, end === bytes.length ? 1 : 0, bytes.subarray(start, end))
    }
  }

  #seal(): void {
    const lengthBytes = this.#current.position
    if (lengthBytes > 0) {
      if (this.#target === undefined) this.#put(SLOT_KIND.records, 0, this.#current.written())
      else this.#publish(SLOT_KIND.records, 0, lengthBytes)
    }
    this.#target = undefined
    this.#current.writeIntoOwn()
  }

  #put(kind: number, flag: number, bytes: Uint8Array): void {
    if (this.#waiting.length === 0 && this.#hasRoom()) this.#send(kind, flag, bytes)
    else if (!this.#isReaderGone()) this.#waiting.push({ kind, flag, bytes: bytes.slice() })
  }

  #drainWaiting(): boolean {
    let sent = 0
    while (sent < this.#waiting.length && this.#hasRoomOrAsks()) {
      const slot = this.#waiting[sent]
      if (slot === undefined) break
      this.#send(slot.kind, slot.flag, slot.bytes)
      sent += 1
    }
    if (sent > 0) this.#waiting.splice(0, sent)
    if (this.#waiting.length > 0 && this.#isReaderGone()) this.#waiting = []
    return this.#waiting.length === 0
  }

  #hasRoom(): boolean {
    if (((this.#tail - this.#knownHead) | 0) < this.#slotCount) return true
    this.#knownHead = Atomics.load(this.#control, HEAD_WORD)
    return ((this.#tail - this.#knownHead) | 0) < this.#slotCount
  }

  #isReaderGone(): boolean {
    return Atomics.load(this.#control, CLOSED_WORD) === 1
  }

  /** The reader rings only when it was asked to: the flag is raised before the last look at its position, and its end. */
  #hasRoomOrAsks(): boolean {
    if (this.#hasRoom()) return true
    Atomics.store(this.#control, WAITING_WORD, 1)
    return this.#hasRoom()
  }

  #send(kind: number, flag: number, bytes: Uint8Array): void {
    if (bytes.length > this.#payloadBytes) {
      throw new FlinkError('ASSERTION_FAILED', { what: 'a slot was overfilled' })
    }
    this.#bytes.set(bytes, this.#nextSlot() + SLOT_HEADER_BYTES)
    this.#publish(kind, flag, bytes.length)
  }

  /** The payload is in its place. */
  #publish(kind: number, flag: number, lengthBytes: number): void {
    const base = this.#nextSlot()
    this.#view.setInt32(base, kind, true)
    this.#view.setInt32(base + 4, lengthBytes, true)
    this.#view.setInt32(base + 8, this.#tail, true)
    this.#view.setInt32(base + 12, flag, true)
    this.#tail = (this.#tail + 1) | 0
    this.numBytes += lengthBytes
    this.numBuffers += 1
    Atomics.store(this.#control, TAIL_WORD, this.#tail)
    ringBell(this.#peerBell)
  }

  #nextSlot(): number {
    return CONTROL_BYTES + ((this.#tail >>> 0) % this.#slotCount) * this.#slotSizeBytes
  }
}
