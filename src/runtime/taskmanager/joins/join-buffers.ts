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

export class JoinBuffers {
  /** Shared where there was none yet, so that a key with records of one stream alone costs one buffer. */
  #left: TimeBuffer = NO_RECORDS
  #right: TimeBuffer = NO_RECORDS
  #lastCleanup = Number.NEGATIVE_INFINITY
  /** Whether the timer was set. */
  hasTimer: boolean = false
  /** Records whose cleanup time was over with this watermark are gone: not those that came after it. A small number. */
  #watermarkNumber: number

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

  advance({ watermark, number }: WatermarkTime, { leftMs, rightMs }: WaitingTimes): void {
    if (number === this.#watermarkNumber) return
    this.#watermarkNumber = number
    this.#left.removeUpTo(watermark - leftMs)
    this.#right.removeUpTo(watermark - rightMs)
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
    return copy
  }

  /** Of what was written. */
  static of(left: TimeBuffer, right: TimeBuffer, lastCleanup: number): JoinBuffers {
    const buffers = new JoinBuffers(NO_WATERMARK_NUMBER)
    buffers.#left = left
    buffers.#right = right
    buffers.#lastCleanup = lastCleanup
    buffers.hasTimer = true
    return buffers
  }
}

/** No watermark of an operator has it. */
const NO_WATERMARK_NUMBER = -1
