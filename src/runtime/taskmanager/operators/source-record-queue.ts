// Duty: what a source function has collected and its operator has not emitted yet.
// Invariants: order is kept over records, watermarks and idleness. What waits is a copy: the function may fill its object
// again at once. Nothing is emitted while a watermark is pending: who empties the queue looks before each element.
// Thread: the task worker that owns the source.
import type { Copier } from '../../../core/types/copier.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { WatermarkEmitter } from '../eventtime/watermark-emitter.js'
import type { Output } from './output.js'

/** Stand in the queue for what is not a record; the timestamp beside is the watermark's. No record is a symbol. */
const WATERMARK = Symbol('watermark')
const IDLE = Symbol('idle')

export class SourceRecordQueue {
  #values: unknown[] = []
  #timestamps: number[] = []
  #head = 0
  readonly #copier: Copier
  readonly #output: Output
  readonly #watermarks: WatermarkEmitter

  constructor(copier: Copier, output: Output, watermarks: WatermarkEmitter) {
    this.#copier = copier
    this.#output = output
    this.#watermarks = watermarks
  }

  get length(): number {
    return this.#values.length - this.#head
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

  /** Emits the oldest element; there must be one. */
  emitNext(): void {
    const value = this.#values[this.#head]
    const timestamp = this.#timestamps[this.#head] ?? NO_TIMESTAMP
    this.#values[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#values.length) this.clear()
    if (value === IDLE) this.#watermarks.markIdle()
    else if (value === WATERMARK) this.#watermarks.emitWatermark(timestamp)
    else {
      this.#watermarks.markActive()
      this.#output.collect(value, timestamp)
    }
  }

  /** Emits a record that need not wait; the queue must be empty. */
  emit(value: unknown): void {
    this.#watermarks.markActive()
    this.#output.collect(value, NO_TIMESTAMP)
  }

  clear(): void {
    this.#values = []
    this.#timestamps = []
    this.#head = 0
  }

  #push(value: unknown, timestamp: number): void {
    this.#values.push(value)
    this.#timestamps.push(timestamp)
  }
}
