import { Window } from './window.js'
import type { WindowSerializer } from './window-serializer.js'

/** Two odd numbers that spread bits (MurmurHash3). */
const SPREAD_START = 0x85ebca6b
const SPREAD_END = 0xc2b2ae35

/**
 * The time from `start` to `end`, the latter not included, both in ms since the epoch.
 *
 * @example
 * ```ts
 * import { TimeWindow } from 'flink-ts'
 *
 * const firstMinute = new TimeWindow(0, 60_000)
 * console.log(firstMinute.maxTimestamp()) // 59999
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
 */
export class TimeWindow extends Window {
  readonly #start: number
  readonly #end: number

  constructor(start: number, end: number) {
    super()
    this.#start = start
    this.#end = end
  }

  /** The start of the window of that size with the timestamp in it: windows begin at `offset` and its multiples by the size. */
  static getWindowStartWithOffset(timestamp: number, offset: number, windowSize: number): number {
    const remainder = (timestamp - offset) % windowSize
    // The remainder has the sign of the timestamp.
    return remainder < 0 ? timestamp - (remainder + windowSize) : timestamp - remainder
  }

  /** First ms in it. */
  getStart(): number {
    return this.#start
  }

  /** First ms after it. */
  getEnd(): number {
    return this.#end
  }

  maxTimestamp(): number {
    return this.#end - 1
  }

  /** True also where one begins in the ms in which the other ends. */
  intersects(other: TimeWindow): boolean {
    return this.#start <= other.getEnd() && this.#end >= other.getStart()
  }

  /** The smallest window with both in it. */
  cover(other: TimeWindow): TimeWindow {
    return new TimeWindow(Math.min(this.#start, other.getStart()), Math.max(this.#end, other.getEnd()))
  }

  equals(other: unknown): boolean {
    return other instanceof TimeWindow && this.#start === other.#start && this.#end === other.#end
  }

  hashCode(): number {
    return timeWindowHash(this.#start, this.#end)
  }

  override toString(): string {
    return `TimeWindow{start=${String(this.#start)}, end=${String(this.#end)}}`
  }
}

export function timeWindowHash(start: number, end: number): number {
  const spread = Math.imul(start | 0, SPREAD_START) + Math.imul(end | 0, SPREAD_END)
  return Math.imul(spread ^ (spread >>> 15), SPREAD_END)
}

export const TIME_WINDOW_SERIALIZER: WindowSerializer<TimeWindow> = {
  name: 'TIME_WINDOW',
  serialize: (window, output) => {
    output.writeFloat64(window.getStart())
    output.writeFloat64(window.getEnd())
  },
  deserialize: (input) => {
    const start = input.readFloat64()
    return new TimeWindow(start, input.readFloat64())
  },
  copy: (window) => window,
}
