// Duty: records on their way out of a channel, some of them at a time, with their hashes side by side, and the watermarks
// between them.
// Invariants: delivered in order, each once; a handler that stops leaves the rest. Delivered records are not held.
// Figures (100,000 keys): that the handler is told of the coming hashes, so that state can touch their memory ahead, makes
// the look-up of a key a quarter faster, as the processor waits for several of them at once. A watermark after each record
// took 6.3 us within a worker while each of them ended a batch.
// Thread: the consuming task's worker (and the producing task's, for a channel within one worker).
import type { InFlightRecords } from './in-flight-records.js'
import { NO_TIMESTAMP } from './stream-element.js'

/** Stands where a watermark does; the timestamp beside it is the watermark's. No record is a symbol. */
const WATERMARK = Symbol('watermark')

/** So many records are announced at once. */
export const ANNOUNCED_RECORDS = 32

/** Who takes the records of a batch: what it is asked and told of a channel's handler. */
export interface RecordTaker {
  onRecord(value: unknown, timestamp: number, keyHash: number): void
  onComingKeys(keyHashes: readonly number[], start: number, end: number): void
  onWatermark(timestamp: number, channelIndex: number): void
  mayContinue(): boolean
}

export class RecordBatch {
  readonly #values: unknown[]
  readonly #keyHashes: number[]
  /** Undefined while no record has a timestamp. */
  #timestamps: number[] | undefined
  #size = 0
  #next = 0
  #announced = 0

  constructor(capacity: number) {
    this.#values = new Array<unknown>(capacity)
    this.#keyHashes = new Array<number>(capacity)
  }

  get isFull(): boolean {
    return this.#size === this.#values.length
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  /** True when there is nothing left to deliver. */
  get isDelivered(): boolean {
    return this.#next === this.#size
  }

  /** What is left to deliver, watermarks among it. */
  get size(): number {
    return this.#size - this.#next
  }

  add(value: unknown, timestamp: number, keyHash: number): void {
    const index = this.#size
    this.#values[index] = value
    this.#keyHashes[index] = keyHash
    if (timestamp !== NO_TIMESTAMP) this.#timestamps ??= new Array<number>(this.#values.length).fill(NO_TIMESTAMP)
    if (this.#timestamps !== undefined) this.#timestamps[index] = timestamp
    this.#size = index + 1
  }

  /** After a record, whose hash stands for it: nothing else is announced of it. */
  addWatermark(timestamp: number, keyHash: number): void {
    this.add(WATERMARK, timestamp, keyHash)
  }

  deliver(handler: RecordTaker, channelIndex: number): void {
    while (this.#next < this.#size && handler.mayContinue()) {
      const index = this.#next
      if (index === this.#announced) this.#announce(handler)
      this.#next = index + 1
      const value = this.#values[index]
      this.#values[index] = undefined
      const timestamp = this.#timestamps?.[index] ?? NO_TIMESTAMP
      if (value === WATERMARK) handler.onWatermark(timestamp, channelIndex)
      else handler.onRecord(value, timestamp, this.#keyHashes[index] as number)
    }
  }

  /** What is left to deliver. */
  addRest(records: InFlightRecords): void {
    for (let index = this.#next; index < this.#size; index += 1) {
      const value = this.#values[index]
      const timestamp = this.#timestamps?.[index] ?? NO_TIMESTAMP
      if (value === WATERMARK) records.addTime(timestamp)
      else records.add(value, timestamp, this.#keyHashes[index] as number)
    }
  }

  /** To be filled again; everything must have been delivered. */
  clear(): void {
    this.#size = 0
    this.#next = 0
    this.#announced = 0
    this.#timestamps = undefined
  }

  #announce(handler: RecordTaker): void {
    const start = this.#announced
    this.#announced = Math.min(this.#size, start + ANNOUNCED_RECORDS)
    handler.onComingKeys(this.#keyHashes, start, this.#announced)
  }
}
