// Duty: the writing end of a channel through shared memory.
// Invariants: a slot is published by storing the tail after its bytes; what finds no free slot waits here, in order, and
// makes the writer unavailable until it has gone. Records that are larger than a slot go in parts. A record that cannot
// be serialized leaves no trace; after one that is too large nothing more is taken, as a serializer may remember it.
// Thread: the producing task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { CONTROL_BYTES, HEAD_WORD, SLOT_HEADER_BYTES, TAIL_WORD, WAITING_WORD } from '../../protocol/ring-memory.js'
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
  #current: DataOutputView
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
    const start = output.position
    try {
      output.writeFloat64(timestamp)
      output.writeInt32(keyHash)
      this.#serializer.serialize(value, output)
    } catch (error) {
      output.truncate(start)
      throw error
    }
    if (output.position > this.#payloadBytes) this.#spill(start)
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
    this.#current.reset()
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
    const record = this.#current.written().slice(start)
    this.#current.truncate(start)
    this.#seal()
    if (record.length <= this.#payloadBytes) {
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
    if (this.#current.position === 0) return
    this.#put(SLOT_KIND.records, 0, this.#current.written())
    this.#current.reset()
  }

  #put(kind: number, flag: number, bytes: Uint8Array): void {
    if (this.#waiting.length === 0 && this.#hasRoom()) this.#publish(kind, flag, bytes)
    else this.#waiting.push({ kind, flag, bytes: bytes.slice() })
  }

  #drainWaiting(): boolean {
    let sent = 0
    while (sent < this.#waiting.length && this.#hasRoomOrAsks()) {
      const slot = this.#waiting[sent]
      if (slot === undefined) break
      this.#publish(slot.kind, slot.flag, slot.bytes)
      sent += 1
    }
    if (sent > 0) this.#waiting.splice(0, sent)
    return this.#waiting.length === 0
  }

  #hasRoom(): boolean {
    if (((this.#tail - this.#knownHead) | 0) < this.#slotCount) return true
    this.#knownHead = Atomics.load(this.#control, HEAD_WORD)
    return ((this.#tail - this.#knownHead) | 0) < this.#slotCount
  }

  /** The reader rings only when it was asked to: the flag is raised before the last look at its position. */
  #hasRoomOrAsks(): boolean {
    if (this.#hasRoom()) return true
    Atomics.store(this.#control, WAITING_WORD, 1)
    return this.#hasRoom()
  }

  #publish(kind: number, flag: number, bytes: Uint8Array): void {
    if (bytes.length > this.#payloadBytes) {
      throw new FlinkError('ASSERTION_FAILED', { what: 'a slot was overfilled' })
    }
    const slot = (this.#tail >>> 0) % this.#slotCount
    const base = CONTROL_BYTES + slot * this.#slotSizeBytes
    this.#view.setInt32(base, kind, true)
    this.#view.setInt32(base + 4, bytes.length, true)
    this.#view.setInt32(base + 8, this.#tail, true)
    this.#view.setInt32(base + 12, flag, true)
    this.#bytes.set(bytes, base + SLOT_HEADER_BYTES)
    this.#tail = (this.#tail + 1) | 0
    this.numBytes += bytes.length
    this.numBuffers += 1
    Atomics.store(this.#control, TAIL_WORD, this.#tail)
    ringBell(this.#peerBell)
  }
}
