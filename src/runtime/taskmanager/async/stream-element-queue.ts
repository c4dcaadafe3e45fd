// Duty: in which order results, watermarks and statuses leave an asynchronous operator.
// Invariants: what tells time divides the queue into segments: no result leaves it in the one or the other direction. Within a segment
// results leave as soon as they are there; where an order is asked for (of all, of each key), a record waits for the one before it. Of what
// tells time in a row, the last word is kept, so that there is less of it than there are records.
// Thread: the task worker that owns the operator.
import type { AsyncOutputMode } from '../../../api/dag/operators/async-spec.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import { QueueSegment, type AsyncRecord, type SegmentEnd } from './async-record.js'

/** In the queue of all, every record has the same predecessor. */
const ONE_ORDER = 0

export class StreamElementQueue {
  readonly #mode: AsyncOutputMode
  /** The last of each order that must still be waited for. */
  readonly #lastOf = new Map<number, AsyncRecord>()
  #first = new QueueSegment()
  #last: QueueSegment = this.#first

  constructor(mode: AsyncOutputMode) {
    this.#mode = mode
  }

  get isEmpty(): boolean {
    return this.#first.size === 0 && this.#first.end === undefined
  }

  put(record: AsyncRecord): void {
    if (this.#last.end !== undefined) {
      const segment = new QueueSegment()
      this.#last.next = segment
      this.#last = segment
    }
    record.segment = this.#last
    this.#last.size += 1
    if (this.#mode !== 'unordered') this.#putInOrder(record)
  }

  putWatermark(timestamp: number): void {
    const end = this.#endOfLast()
    end.watermark = timestamp
  }

  putStatus(status: WatermarkStatus): void {
    this.#endOfLast().status = status
  }

  /** Its results are there. */
  completed(record: AsyncRecord): void {
    if (!record.mustWait) this.#release(record)
  }

  /** The record that is next; undefined where none may go out yet, or time has to be told first. */
  get nextRecord(): AsyncRecord | undefined {
    return this.#first.firstReady
  }

  /** What has to be told before any other record; undefined where there is nothing. */
  get nextEnd(): SegmentEnd | undefined {
    return this.#first.size === 0 ? this.#first.end : undefined
  }

  get hasNext(): boolean {
    return this.nextRecord !== undefined || this.nextEnd !== undefined
  }

  /** That was the next record, and it is out. */
  removeRecord(): void {
    const segment = this.#first
    const record = segment.firstReady
    if (record === undefined) return
    segment.firstReady = record.nextReady
    if (segment.firstReady === undefined) segment.lastReady = undefined
    record.nextReady = undefined
    segment.size -= 1
  }

  /** That was told. */
  removeEnd(): void {
    const { next } = this.#first
    if (next === undefined) this.#last = this.#first = new QueueSegment()
    else this.#first = next
  }

  #endOfLast(): SegmentEnd {
    this.#last.end ??= { status: undefined, watermark: undefined }
    return this.#last.end
  }

  #putInOrder(record: AsyncRecord): void {
    const order = this.#orderOf(record)
    const before = this.#lastOf.get(order)
    if (before !== undefined) {
      before.successor = record
      record.mustWait = true
    }
    this.#lastOf.set(order, record)
  }

  /** It may go out, and with it those that have waited for nothing but it. */
  #release(record: AsyncRecord): void {
    for (let next: AsyncRecord | undefined = record; next !== undefined;) {
      this.#makeReady(next)
      const successor: AsyncRecord | undefined = next.successor
      if (successor === undefined) {
        const order = this.#orderOf(next)
        if (this.#lastOf.get(order) === next) this.#lastOf.delete(order)
        return
      }
      next.successor = undefined
      successor.mustWait = false
      next = successor.results === undefined ? undefined : successor
    }
  }

  #makeReady(record: AsyncRecord): void {
    const { segment } = record
    if (segment === undefined) return
    if (segment.lastReady === undefined) segment.firstReady = record
    else segment.lastReady.nextReady = record
    segment.lastReady = record
  }

  #orderOf(record: AsyncRecord): number {
    return this.#mode === 'ordered' ? ONE_ORDER : record.keyHash
  }
}
