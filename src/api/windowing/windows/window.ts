/**
 * A group of records by time, or of all there are. Windows are values: two with equal contents are the same window, and one
 * never changes. Usually {@link TimeWindow}; a class of one's own needs a {@link WindowAssigner} that says how it is written.
 *
 * @example
 * ```ts
 * import { Window } from 'flink-ts'
 *
 * class Day extends Window {
 *   constructor(readonly number: number) {
 *     super()
 *   }
 *   maxTimestamp(): number {
 *     return (this.number + 1) * 86_400_000 - 1
 *   }
 *   equals(other: unknown): boolean {
 *     return other instanceof Day && other.number === this.number
 *   }
 *   hashCode(): number {
 *     return this.number | 0
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
 */
export abstract class Window {
  /** The greatest timestamp in it, ms since the epoch; Infinity where it has no end. Its results carry it. */
  abstract maxTimestamp(): number
  abstract equals(other: unknown): boolean
  /** 32 bits, the same for equal windows. */
  abstract hashCode(): number

  toString(): string {
    return `${this.constructor.name}()`
  }
}
