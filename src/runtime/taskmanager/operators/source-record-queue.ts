// Duty: what a source function has collected and its operator has not emitted yet.
// Invariants: order is kept over records, watermarks and idleness. What waits is a copy: the function may fill its object
// again at once. Bounded: a function that goes on collecting without
// waiting when it was told to is stopped at `limit`.
// Thread: the task worker that owns the source.
import type { Copier } from '../../../core/types/copier.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { Output } from './output.js'

/** Stand in the queue for what is not a record; the timestamp beside is the watermark's. No record is a symbol. */
const WATERMARK = Symbol('watermark')
const IDLE = Symbol('idle')

export class SourceRecordQueue {
  #values: unknown[] = []
  #timestamps: number[] = []
  #head = 0
  #idle = false
  #lastWatermark = NO_TIMESTAMP
  /** The oldest element is a watermark that is not done. */
  #isInWatermark = false
  readonly #copier: Copier

  constructor(copier: Copier) {
    this.#copier = copier
  }

  get length(): number {
    return this.#values.length - this.#head
  }

  get isInWatermark(): boolean {
    return this.#isInWatermark
  }

  /** That was emitted; NO_TIMESTAMP before the first. */
  get lastWatermark(): number {
    return this.#lastWatermark
  }

  get isIdle(): boolean {
    return this.#idle
  }

  push(value: unknown, timestamp: number): void {
    this.#push(this.#copier.copy(value), timestamp)
  }

  pushWatermark(timestamp: number): void {
    this.#push(WATERMARK, timestamp)
  }

  pushIdle(): void {
    this.#push(IDLE, NO_TIMESTAMP)
  }

  /** Emits the oldest element; there must be one. False: it is a watermark that is not done, and stays the oldest. */
  emitNext(output: Output): boolean {
    const value = this.#values[this.#head]
    const timestamp = this.#timestamps[this.#head] ?? NO_TIMESTAMP
    if (value === WATERMARK) {
      this.#isInWatermark = !this.emitWatermark(timestamp, output)
      if (this.#isInWatermark) return false
    }
    this.#values[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#values.length) this.clear()
    if (value === IDLE) this.#setIdle(true, output)
    else if (value !== WATERMARK) {
      this.#setIdle(false, output)
      output.collect(value, timestamp)
    }
    return true
  }

  /** As `Output`'s; nobody listens to the watermark of an idle source. */
  emitWatermark(timestamp: number, output: Output): boolean {
    this.#setIdle(false, output)
    this.#lastWatermark = timestamp
    return output.emitWatermark(timestamp)
  }

  /** Emits a record that need not wait; the queue must be empty. */
  emit(value: unknown, output: Output): void {
    this.#setIdle(false, output)
    output.collect(value, NO_TIMESTAMP)
  }

  clear(): void {
    this.#values = []
    this.#timestamps = []
    this.#head = 0
    this.#isInWatermark = false
  }

  #push(value: unknown, timestamp: number): void {
    this.#values.push(value)
    this.#timestamps.push(timestamp)
  }

  #setIdle(idle: boolean, output: Output): void {
    if (this.#idle === idle) return
    this.#idle = idle
    output.emitWatermarkStatus(idle ? 'idle' : 'active')
  }
}
