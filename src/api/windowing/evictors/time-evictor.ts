import type { DurationLike } from '../../eventtime/time.js'
import { millisecondsOf } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { Evictor } from './evictor.js'
import { keepElements } from './kept-elements.js'
import type { TimestampedValue } from './timestamped-value.js'

/**
 * Keeps what is less than a time older than the newest record. Without effect on records without timestamps.
 *
 * @example
 * ```ts
 * import { Time, TimeEvictor } from 'flink-ts'
 *
 * const lastMinute = TimeEvictor.of(Time.minutes(1))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-evictors
 */
export class TimeEvictor extends Evictor<unknown, Window> {
  readonly #windowSizeMs: number
  readonly #evictsAfter: boolean

  private constructor(windowSizeMs: number, evictsAfter: boolean) {
    super()
    this.#windowSizeMs = windowSizeMs
    this.#evictsAfter = evictsAfter
  }

  /** The time in ms. `doEvictAfter`: after the function, which sees all of them then. */
  static of(windowSize: DurationLike, doEvictAfter = false): TimeEvictor {
    const sizeMs = millisecondsOf(windowSize, { method: 'TimeEvictor.of', name: 'windowSize' })
    return new TimeEvictor(sizeMs, doEvictAfter)
  }

  evictBefore(elements: TimestampedValue<unknown>[]): void {
    if (!this.#evictsAfter) this.#evict(elements)
  }

  evictAfter(elements: TimestampedValue<unknown>[]): void {
    if (this.#evictsAfter) this.#evict(elements)
  }

  override toString(): string {
    return `TimeEvictor(${String(this.#windowSizeMs)})`
  }

  #evict(elements: TimestampedValue<unknown>[]): void {
    const [first] = elements
    if (first?.hasTimestamp() !== true) return
    const newest = elements.reduce((max, element) => Math.max(max, element.getTimestamp()), Number.NEGATIVE_INFINITY)
    const cutoff = newest - this.#windowSizeMs
    keepElements(elements, (element) => element.getTimestamp() > cutoff)
  }
}
