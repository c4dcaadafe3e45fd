// Duty: what both streams of an interval join have of one key: the value of its keyed state.
// Invariants: a record is removed as soon as its key is looked at after the watermark has come to its cleanup time (its time and
// how long it waits), and at the latest when that is over of all records of the key, for which there is one timer.
// Thread: the task worker that owns the operator.
import { NO_RECORDS, TimeBuffer, type CopyValue } from './time-buffer.js'

/** How long records of either stream wait for the other one: not less than 0 ms. */
export interface WaitingTimes {
  readonly leftMs: number
  readonly rightMs: number
}

/** Time of an operator: a watermark, and how many there were before it since it was opened. */
export interface WatermarkTime {
  readonly watermark: number
  readonly number: number
}

export interface WrittenBuffers {
  readonly left: TimeBuffer
  readonly right: TimeBuffer
  readonly lastCleanup: number
  readonly waitsBeyond: number | undefined
}

export class JoinBuffers {
  /** Shared where there was none yet, so that a key with records of one stream alone costs one buffer. */
  #left: TimeBuffer = NO_RECORDS
  #right: TimeBuffer = NO_RECORDS
  #lastCleanup = Number.NEGATIVE_INFINITY
  /** Whether the timer was set. */
  hasTimer: boolean = false
  /** Records whose cleanup time was over with this watermark are gone: not those that came after it. A small number. */
  #watermarkNumber: number
  /**
   * The watermark that time had already come to when a record came whose cleanup time it is: until the next one such a record
   * waits. Undefined where there was none, which is nearly always: it keeps a snapshot from forgetting which came before.
   */
  waitsBeyond: number | undefined

  constructor(watermarkNumber: number) {
    this.#watermarkNumber = watermarkNumber
  }

  get left(): TimeBuffer {
    return this.#left
  }

  get right(): TimeBuffer {
    return this.#right
  }

  /** When no record waits any more. */
  get lastCleanup(): number {
    return this.#lastCleanup
  }

  addLeft(time: number, value: unknown, cleanup: number): void {
    if (this.#left === NO_RECORDS) this.#left = new TimeBuffer()
    this.#left.add(time, value)
    if (cleanup > this.#lastCleanup) this.#lastCleanup = cleanup
  }

  addRight(time: number, value: unknown, cleanup: number): void {
    if (this.#right === NO_RECORDS) this.#right = new TimeBuffer()
    this.#right.add(time, value)
    if (cleanup > this.#lastCleanup) this.#lastCleanup = cleanup
  }

  /** After a restore, where time begins anew: without those that were over before it. False where nothing changes. */
  beginAnew(watermark: number, waiting: WaitingTimes): boolean {
    // All that was over before such a record came is gone already.
    if (this.waitsBeyond !== watermark) return this.removeUpTo(watermark, waiting)
    this.waitsBeyond = undefined
    return true
  }

  advance({ watermark, number }: WatermarkTime, waiting: WaitingTimes): void {
    if (number === this.#watermarkNumber) return
    this.#watermarkNumber = number
    // The number is not written: where values lie as bytes, this may not be the first look with this watermark.
    if (this.waitsBeyond === watermark) return
    this.waitsBeyond = undefined
    this.removeUpTo(watermark, waiting)
  }

  /** Loads both streams' memory, for whoever comes next. */
  touch(): number {
    return this.#left.touch() + this.#right.touch()
  }

  /** Records whose cleanup time is over. False where there are none. */
  removeUpTo(watermark: number, { leftMs, rightMs }: WaitingTimes): boolean {
    const before = this.#left.size + this.#right.size
    this.#left.removeUpTo(watermark - leftMs)
    this.#right.removeUpTo(watermark - rightMs)
    return this.#left.size + this.#right.size < before
  }

  copy(copyLeft: CopyValue, copyRight: CopyValue): JoinBuffers {
    const copy = new JoinBuffers(this.#watermarkNumber)
    copy.#left = this.#left.copy(copyLeft)
    copy.#right = this.#right.copy(copyRight)
    copy.#lastCleanup = this.#lastCleanup
    copy.hasTimer = this.hasTimer
    copy.waitsBeyond = this.waitsBeyond
    return copy
  }

  /** Of what was written. */
  static of({ left, right, lastCleanup, waitsBeyond }: WrittenBuffers): JoinBuffers {
    const buffers = new JoinBuffers(NO_WATERMARK_NUMBER)
    buffers.#left = left
    buffers.#right = right
    buffers.#lastCleanup = lastCleanup
    buffers.hasTimer = true
    buffers.waitsBeyond = waitsBeyond
    return buffers
  }
}

/** No watermark of an operator has it. */
const NO_WATERMARK_NUMBER = -1
