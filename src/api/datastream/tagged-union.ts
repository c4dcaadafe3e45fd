/**
 * A record of one of two streams, as assigners, triggers and evictors of a window join or coGroup are given it.
 *
 * @example
 * ```ts
 * import { DeltaTrigger, type TaggedUnion } from 'flink-ts'
 *
 * // Fires a window of numbers on both sides when they have moved by more than 10.
 * const valueOf = (element: TaggedUnion<number, number>): number => element.getOne() ?? element.getTwo() ?? 0
 * const moved = DeltaTrigger.of<TaggedUnion<number, number>>(10, (old, now) => Math.abs(valueOf(now) - valueOf(old)))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
 */
export class TaggedUnion<T1, T2> {
  readonly #isOne: boolean
  readonly #value: T1 | T2

  private constructor(isOne: boolean, value: T1 | T2) {
    this.#isOne = isOne
    this.#value = value
  }

  /** A record of the first stream. */
  static one<T1, T2>(value: T1): TaggedUnion<T1, T2> {
    return new TaggedUnion<T1, T2>(true, value)
  }

  /** A record of the second stream. */
  static two<T1, T2>(value: T2): TaggedUnion<T1, T2> {
    return new TaggedUnion<T1, T2>(false, value)
  }

  isOne(): boolean {
    return this.#isOne
  }

  isTwo(): boolean {
    return !this.#isOne
  }

  /** The record, where it is of the first stream; else null. */
  getOne(): T1 | null {
    return this.#isOne ? (this.#value as T1) : null
  }

  /** The record, where it is of the second stream; else null. */
  getTwo(): T2 | null {
    return this.#isOne ? null : (this.#value as T2)
  }
}
