// Duty: what both streams of an interval join have of one key: the value of its keyed state.
// Invariants: a record is removed as soon as its key is looked at after the watermark has come to its cleanup time (its time and
// how long it waits), and at the latest by the key's timer. There is one timer a key, at the cleanup time of the record that was
// the newest when it was set.
// Thread: the task worker that owns the operator.
import { TimeBuffer, type CopyValue } from './time-buffer.js'

/** How long records of either stream wait for the other one: not less than 0 ms. */
export interface WaitingTimes {
  readonly leftMs: number
  readonly rightMs: number
}

export class JoinBuffers {
  readonly left: TimeBuffer = new TimeBuffer()
  readonly right: TimeBuffer = new TimeBuffer()
  /** Of the timer; Infinity where there is none. */
  timer: number = Number.POSITIVE_INFINITY
  /** Records whose cleanup time was over with this watermark are gone: not those that came after it. */
  #watermark: number

  constructor(watermark: number = Number.NEGATIVE_INFINITY) {
    this.#watermark = watermark
  }

  /** What was removed is not in it. */
  copy(copyLeft: CopyValue, copyRight: CopyValue): JoinBuffers {
    const copy = new JoinBuffers(this.#watermark)
    copy.timer = this.timer
    copy.left.addCopies(this.left, copyLeft)
    copy.right.addCopies(this.right, copyRight)
    return copy
  }

  get isEmpty(): boolean {
    return this.left.isEmpty && this.right.isEmpty
  }

  advance(watermark: number, { leftMs, rightMs }: WaitingTimes): void {
    if (watermark === this.#watermark) return
    this.#watermark = watermark
    this.left.removeUpTo(watermark - leftMs)
    this.right.removeUpTo(watermark - rightMs)
  }

  /** When none of the records that are here waits any more. */
  lastCleanup({ leftMs, rightMs }: WaitingTimes): number {
    return Math.max(this.left.newestTime() + leftMs, this.right.newestTime() + rightMs)
  }
}
