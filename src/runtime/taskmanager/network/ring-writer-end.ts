// Duty: the writer's side of the memory of a ring: where the next slot is, who has read what, who is woken.
// Invariants: a slot is published by storing the tail after its bytes, and rung for after that. The reader rings only when
// it was asked to: the flag is raised before the last look at its position and at its end. No step may change its place
// (test/unit/runtime/taskmanager/network/ring-interleavings.test.ts tries all of their interleavings).
// Thread: the producing task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import {
  CLOSED_WORD,
  CONTROL_BYTES,
  HEAD_WORD,
  SLOT_HEADER_BYTES,
  TAIL_WORD,
  WAITING_WORD,
} from '../../protocol/ring-memory.js'
import type { RingMemory } from '../../protocol/task-deployment.js'
import type { Segment } from './channel-event.js'
import { ringBell } from './doorbell.js'
import { announcementAreaOf, type RingAnnouncementArea } from './ring-announcement.js'
import { SLOT_KIND } from './slot-kind.js'

/** One slot of the ring. */
export interface WritableSlot {
  readonly header: DataView
  /** What follows the header; `view` is over the same bytes. */
  readonly bytes: Buffer
  readonly view: DataView
}

export class RingWriterEnd {
  /** What went out so far: payload bytes and buffers. */
  numBytes = 0
  numBuffers = 0
  /** What a slot holds. */
  readonly payloadBytes: number
  readonly #memory: RingMemory
  readonly #control: Int32Array
  readonly #peerBell: Int32Array
  readonly #area: RingAnnouncementArea | undefined
  /** Where barriers may overtake: the parts that have gone of what has not gone whole. */
  #begun: Uint8Array[] = []
  /** Made when they are first written. */
  readonly #slots: WritableSlot[] = []
  #tail = 0
  #knownHead = 0

  constructor(memory: RingMemory, peerBell: SharedArrayBuffer) {
    this.payloadBytes = memory.slotSizeBytes - SLOT_HEADER_BYTES
    this.#memory = memory
    this.#control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4)
    this.#peerBell = new Int32Array(peerBell)
    this.#area = announcementAreaOf(memory)
  }

  /** Number of the slot that is published next. */
  get tail(): number {
    return this.#tail
  }

  /** What has gone of a record or event of which the rest has not; nothing where no barrier may overtake. */
  get begun(): readonly Uint8Array[] {
    return this.#begun
  }

  /** True when the reader has freed that slot, which lies at most a ring before the next one. */
  hasRead(slot: number): boolean {
    this.#knownHead = Atomics.load(this.#control, HEAD_WORD)
    return ((this.#knownHead - slot) | 0) > 0
  }

  /** The barrier is before the slot with that number and all later ones. False where it cannot be said. */
  announce(barrier: Uint8Array, place: number = this.#tail): boolean {
    if (this.#area?.write({ place, bytes: barrier }) !== true) return false
    ringBell(this.#peerBell)
    return true
  }

  hasRoom(): boolean {
    if (((this.#tail - this.#knownHead) | 0) < this.#memory.slotCount) return true
    this.#knownHead = Atomics.load(this.#control, HEAD_WORD)
    return ((this.#tail - this.#knownHead) | 0) < this.#memory.slotCount
  }

  /** Where there is none, the reader rings when there is, or when it reads no more; that has to be asked after this. */
  hasRoomOrAsks(): boolean {
    if (this.hasRoom()) return true
    Atomics.store(this.#control, WAITING_WORD, 1)
    return this.hasRoom()
  }

  isReaderGone(): boolean {
    return Atomics.load(this.#control, CLOSED_WORD) === 1
  }

  /** The slot that is published next; there must be room. */
  nextSlot(): WritableSlot {
    const index = (this.#tail >>> 0) % this.#memory.slotCount
    return this.#slots[index] ?? (this.#slots[index] = this.#slot(index))
  }

  send({ kind, flag, bytes }: Segment): void {
    if (bytes.length > this.payloadBytes) throw new FlinkError('ASSERTION_FAILED', { what: 'a slot was overfilled' })
    this.nextSlot().bytes.set(bytes)
    this.publish(kind, flag, bytes.length)
    if (kind === SLOT_KIND.fragment && this.#area !== undefined) this.#keepPart(flag, bytes)
  }

  /** The payload is in its place. */
  publish(kind: number, flag: number, lengthBytes: number): void {
    const { header } = this.nextSlot()
    header.setInt32(0, kind, true)
    header.setInt32(4, lengthBytes, true)
    header.setInt32(8, this.#tail, true)
    header.setInt32(12, flag, true)
    this.#tail = (this.#tail + 1) | 0
    this.numBytes += lengthBytes
    this.numBuffers += 1
    Atomics.store(this.#control, TAIL_WORD, this.#tail)
    ringBell(this.#peerBell)
  }

  /** A barrier that overtakes the rest needs the whole. The parts are views of one memory mostly. */
  #keepPart(flag: number, bytes: Uint8Array): void {
    if (flag === 0) this.#begun.push(bytes)
    else this.#begun = []
  }

  #slot(index: number): WritableSlot {
    const { buffer, slotSizeBytes } = this.#memory
    const base = CONTROL_BYTES + index * slotSizeBytes
    return {
      header: new DataView(buffer, base, SLOT_HEADER_BYTES),
      bytes: Buffer.from(buffer, base + SLOT_HEADER_BYTES, this.payloadBytes),
      view: new DataView(buffer, base + SLOT_HEADER_BYTES, this.payloadBytes),
    }
  }
}
