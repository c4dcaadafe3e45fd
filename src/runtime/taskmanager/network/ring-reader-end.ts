// Duty: the reader's side of the memory of a ring: which slot comes next, which are free again, who is woken.
// Invariants: slots are read in order and their sequence numbers checked. What the writer may wait for (a free slot, the
// end of the reading) is stored before its flag is looked at. Nothing is read from the place of an announced barrier on until that is
// released. No step may change its place
// (test/unit/runtime/taskmanager/network/ring-interleavings.test.ts tries all of their interleavings).
// Thread: the consuming task's worker.
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
import { ringBell } from './doorbell.js'
import { announcementAreaOf, type Announcement, type RingAnnouncementArea } from './ring-announcement.js'

/** Shared memory, until it is freed. */
export interface ReadableSlot {
  readonly kind: number
  readonly flag: number
  readonly bytes: Buffer
}

export class RingReaderEnd {
  /** What came in so far: payload bytes and buffers. */
  numBytes = 0
  numBuffers = 0
  isClosed = false
  readonly #control: Int32Array
  readonly #view: DataView
  readonly #memory: RingMemory
  readonly #peerBell: Int32Array
  readonly #area: RingAnnouncementArea | undefined
  #announced: Announcement | undefined
  #head = 0

  constructor(memory: RingMemory, peerBell: SharedArrayBuffer) {
    this.#control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4)
    this.#view = new DataView(memory.buffer)
    this.#memory = memory
    this.#peerBell = new Int32Array(peerBell)
    this.#area = announcementAreaOf(memory)
  }

  get mayAnnounce(): boolean {
    return this.#area !== undefined
  }

  /** Slots that were published and not freed, before the announced barrier if there is one. */
  queuedSlots(): number {
    if (this.isClosed) return 0
    const queued = (Atomics.load(this.#control, TAIL_WORD) - this.#head) | 0
    if (this.#area === undefined) return queued
    const announced = this.announced()
    return announced === undefined ? queued : Math.min(queued, Math.max(0, (announced.place - this.#head) | 0))
  }

  /** The oldest barrier that was announced and not released; it is the same object until then. */
  announced(): Announcement | undefined {
    return this.isClosed ? undefined : (this.#announced ??= this.#area?.take())
  }

  releaseAnnounced(): void {
    this.#announced = undefined
  }

  /** Of the slot that was published last and is not freed; undefined where there is none. */
  get lastKind(): number | undefined {
    const queued = this.isClosed ? 0 : (Atomics.load(this.#control, TAIL_WORD) - this.#head) | 0
    return queued > 0 ? this.peek(queued - 1).kind : undefined
  }

  /** The next slot, which must have been published, and stays the reader's until it is freed. */
  slot(): ReadableSlot {
    const slot = this.peek(0)
    this.numBytes += slot.bytes.length
    this.numBuffers += 1
    return slot
  }

  /** A slot that was published, so many after the next one: only to be looked at. */
  peek(ahead: number): ReadableSlot {
    const { slotSizeBytes, slotCount, buffer } = this.#memory
    const number = (this.#head + ahead) | 0
    const base = CONTROL_BYTES + ((number >>> 0) % slotCount) * slotSizeBytes
    const kind = this.#view.getInt32(base, true)
    const length = this.#view.getInt32(base + 4, true)
    const sequence = this.#view.getInt32(base + 8, true)
    const flag = this.#view.getInt32(base + 12, true)
    if (sequence !== number) {
      const what = `slot ${String(number)} of a channel carries the number ${String(sequence)}`
      throw new FlinkError('ASSERTION_FAILED', { what })
    }
    return { kind, flag, bytes: Buffer.from(buffer, base + SLOT_HEADER_BYTES, length) }
  }

  free(): void {
    this.#head = (this.#head + 1) | 0
    Atomics.store(this.#control, HEAD_WORD, this.#head)
    this.#wakeWriter()
  }

  /** Nothing more is read. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    Atomics.store(this.#control, CLOSED_WORD, 1)
    this.#wakeWriter()
  }

  #wakeWriter(): void {
    const writerSleeps = Atomics.load(this.#control, WAITING_WORD) === 1
    if (writerSleeps && Atomics.exchange(this.#control, WAITING_WORD, 0) === 1) ringBell(this.#peerBell)
  }
}
