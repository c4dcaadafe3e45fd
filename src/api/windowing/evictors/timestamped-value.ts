/**
 * A record of a window as an {@link Evictor} sees it.
 *
 * @example
 * ```ts
 * import type { TimestampedValue } from 'flink-ts'
 *
 * const isOld = (element: TimestampedValue<string>, nowMs: number): boolean => element.getTimestamp() < nowMs - 1000
 * ```
 */
export class TimestampedValue<T> {
  readonly #value: T
  readonly #timestamp: number

  constructor(value: T, timestamp: number) {
    this.#value = value
    this.#timestamp = timestamp
  }

  getValue(): T {
    return this.#value
  }

  /** Ms since the epoch; -Infinity where the record has none. */
  getTimestamp(): number {
    return this.#timestamp
  }

  hasTimestamp(): boolean {
    return this.#timestamp !== Number.NEGATIVE_INFINITY
  }
}
