// Duty: many elements that are due together, in their order: sorting them takes a tenth of what taking each from a heap does.
// Invariants: as of TimerHeap. Timestamp and index are sorted as one number each, so the timestamps must be whole and no further
// apart than 2^32, and there are no more than 2^21 elements.
// Thread: the task worker that owns the backend.
import { TOUCHED_TOGETHER } from './entries-ahead.js'

/** Elements of a heap, in any order. */
export interface UnorderedTimers {
  readonly timestamps: Float64Array
  readonly hashes: Int32Array
  readonly positions: Int32Array
}

/** Who is told which timers come next, to touch what belongs to them. */
export interface ComingTimers {
  onComingTimers(timers: UnorderedTimers, start: number, end: number): void
}

const INDEXES = 2 ** 21
const SPAN = 2 ** 32
/** Hashes have a sign. */
const LEAST_HASH = -(2 ** 31)
/** What the sort of the language costs to begin with is more than sorting so few by insertion. */
const FEW = 16

export class TimerRun {
  readonly #timers: UnorderedTimers
  readonly #end: number
  #next = 0
  /** Those before it were told to whom it concerns. */
  #announced = 0

  /** Of the first `size` of the timers; undefined for what cannot be sorted this way. */
  static of(timers: UnorderedTimers, size: number): TimerRun | undefined {
    const timestamps = timers.timestamps.subarray(0, size)
    const least = leastOf(timestamps)
    if (least === undefined || size > INDEXES) return undefined
    const packed = new Float64Array(size)
    for (let index = 0; index < size; index += 1) {
      packed[index] = ((timestamps[index] as number) - least) * INDEXES + index
    }
    packed.sort()
    const order = new Int32Array(size)
    for (let at = 0; at < size; at += 1) order[at] = (packed[at] as number) % INDEXES
    sortTies(order, timestamps, timers.hashes)
    return new TimerRun(timers, order)
  }

  /** Side by side in their order, so that reading them is going through memory once. */
  private constructor({ timestamps, hashes, positions }: UnorderedTimers, order: Int32Array) {
    const size = order.length
    const sorted = {
      timestamps: new Float64Array(size),
      hashes: new Int32Array(size),
      positions: new Int32Array(size),
    }
    for (let at = 0; at < size; at += 1) {
      const index = order[at] as number
      sorted.timestamps[at] = timestamps[index] as number
      sorted.hashes[at] = hashes[index] as number
      sorted.positions[at] = positions[index] as number
    }
    this.#timers = sorted
    this.#end = size
  }

  get size(): number {
    return this.#end - this.#next
  }

  /** Of the first one, here and below; the run must not be over. */
  get timestamp(): number {
    return this.#timers.timestamps[this.#next] as number
  }

  get hash(): number {
    return this.#timers.hashes[this.#next] as number
  }

  get position(): number {
    return this.#timers.positions[this.#next] as number
  }

  pop(): void {
    this.#next += 1
  }

  /** To be called before each one is taken. */
  announceTo(coming: ComingTimers): void {
    const start = this.#announced
    if (this.#next < start) return
    this.#announced = Math.min(start + TOUCHED_TOGETHER, this.#end)
    coming.onComingTimers(this.#timers, start, this.#announced)
  }
}

/** Undefined where they are not whole, or too far apart. */
function leastOf(timestamps: Float64Array): number | undefined {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const timestamp of timestamps) {
    if (!Number.isSafeInteger(timestamp)) return undefined
    if (timestamp < least) least = timestamp
    if (timestamp > greatest) greatest = timestamp
  }
  return greatest - least < SPAN ? least : undefined
}

/** Orders those of one timestamp by hash. */
function sortTies(order: Int32Array, timestamps: Float64Array, hashes: Int32Array): void {
  for (let start = 0; start < order.length;) {
    const timestamp = timestamps[order[start] as number]
    let end = start + 1
    while (end < order.length && timestamps[order[end] as number] === timestamp) end += 1
    if (end - start > FEW) sortByHash(order.subarray(start, end), hashes)
    else sortFew(order, { start, end }, hashes)
    start = end
  }
}

function sortByHash(order: Int32Array, hashes: Int32Array): void {
  const packed = new Float64Array(order.length)
  for (let at = 0; at < packed.length; at += 1) {
    const index = order[at] as number
    packed[at] = ((hashes[index] as number) - LEAST_HASH) * INDEXES + index
  }
  packed.sort()
  for (let at = 0; at < packed.length; at += 1) order[at] = (packed[at] as number) % INDEXES
}

/** In their place, as sessions have few timers each ms: arrays for each of these would be much of the garbage. */
function sortFew(order: Int32Array, { start, end }: { start: number; end: number }, hashes: Int32Array): void {
  for (let at = start + 1; at < end; at += 1) {
    const index = order[at] as number
    const hash = hashes[index] as number
    let hole = at
    for (; hole > start && (hashes[order[hole - 1] as number] as number) > hash; hole -= 1) {
      order[hole] = order[hole - 1] as number
    }
    order[hole] = index
  }
}
