import { deltaFunctionOf, type DeltaArgument, type DeltaFunction } from '../delta-function.js'
import { thresholdOf } from '../window-arguments.js'
import type { Window } from '../windows/window.js'
import { Evictor } from './evictor.js'
import { keepElements } from './kept-elements.js'
import type { TimestampedValue } from './timestamped-value.js'

/**
 * Keeps what is less than the threshold from the record that came last.
 *
 * @example
 * ```ts
 * import { DeltaEvictor } from 'flink-ts'
 *
 * const nearTheLast = DeltaEvictor.of(10, (element: number, last: number) => Math.abs(last - element))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-evictors
 */
export class DeltaEvictor<T> extends Evictor<T, Window> {
  readonly #threshold: number
  readonly #delta: DeltaFunction<T>
  readonly #evictsAfter: boolean

  private constructor(threshold: number, delta: DeltaFunction<T>, evictsAfter: boolean) {
    super()
    this.#threshold = threshold
    this.#delta = delta
    this.#evictsAfter = evictsAfter
  }

  /** `doEvictAfter`: after the function, which sees all of them then. */
  static of<T>(threshold: number, delta: DeltaArgument<T>, doEvictAfter = false): DeltaEvictor<T> {
    const method = 'DeltaEvictor.of'
    const limit = thresholdOf(threshold, { method, name: 'threshold' })
    return new DeltaEvictor<T>(limit, deltaFunctionOf(delta, method), doEvictAfter)
  }

  evictBefore(elements: TimestampedValue<T>[]): void {
    if (!this.#evictsAfter) this.#evict(elements)
  }

  evictAfter(elements: TimestampedValue<T>[]): void {
    if (this.#evictsAfter) this.#evict(elements)
  }

  override toString(): string {
    return `DeltaEvictor(${String(this.#threshold)})`
  }

  #evict(elements: TimestampedValue<T>[]): void {
    const last = elements.at(-1)
    if (last === undefined) return
    const value = last.getValue()
    keepElements(elements, (element) => this.#delta.getDelta(element.getValue(), value) < this.#threshold)
  }
}
