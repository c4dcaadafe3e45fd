import { positiveCount } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { Evictor } from './evictor.js'
import type { TimestampedValue } from './timestamped-value.js'

/**
 * Keeps the last so many records, by arrival.
 *
 * @example
 * ```ts
 * import { CountEvictor } from 'flink-ts'
 *
 * const lastTen = CountEvictor.of(10)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-evictors
 */
export class CountEvictor extends Evictor<unknown, Window> {
  readonly #maxCount: number
  readonly #evictsAfter: boolean

  private constructor(maxCount: number, evictsAfter: boolean) {
    super()
    this.#maxCount = maxCount
    this.#evictsAfter = evictsAfter
  }

  /** `doEvictAfter`: after the function, which sees all of them then. */
  static of(maxCount: number, doEvictAfter = false): CountEvictor {
    return new CountEvictor(positiveCount(maxCount, { method: 'CountEvictor.of', name: 'maxCount' }), doEvictAfter)
  }

  evictBefore(elements: TimestampedValue<unknown>[]): void {
    if (!this.#evictsAfter) this.#evict(elements)
  }

  evictAfter(elements: TimestampedValue<unknown>[]): void {
    if (this.#evictsAfter) this.#evict(elements)
  }

  override toString(): string {
    return `CountEvictor(${String(this.#maxCount)})`
  }

  #evict(elements: TimestampedValue<unknown>[]): void {
    if (elements.length > this.#maxCount) elements.splice(0, elements.length - this.#maxCount)
  }
}
