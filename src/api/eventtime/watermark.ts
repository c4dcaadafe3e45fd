/**
 * Says that time has come to a timestamp: no record with this or a smaller one follows.
 *
 * @example
 * ```ts
 * import { Watermark } from 'flink-ts'
 *
 * const noon = new Watermark(Date.UTC(2026, 0, 1, 12))
 * console.log(noon.getTimestamp() < Watermark.MAX_WATERMARK.getTimestamp()) // true
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/concepts/time/#event-time-and-watermarks
 */
export class Watermark {
  /** The end of a bounded input: its timestamp is Infinity. */
  static readonly MAX_WATERMARK: Watermark = new Watermark(Number.POSITIVE_INFINITY)

  readonly #timestampMs: number

  constructor(timestampMs: number) {
    this.#timestampMs = timestampMs
  }

  /** Ms since the epoch. */
  getTimestamp(): number {
    return this.#timestampMs
  }
}
