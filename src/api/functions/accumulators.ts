import type { Accumulator } from './accumulator.js'
import { checkAddend } from './checked-addend.js'

/**
 * An {@link Accumulator} that adds up whole numbers.
 *
 * @example
 * ```ts
 * import { IntCounter } from 'flink-ts'
 *
 * const lines = new IntCounter()
 * lines.add(1)
 * ```
 */
export class IntCounter implements Accumulator<number, number> {
  #sum: number

  constructor(initial = 0) {
    this.#sum = initial
  }

  add(value: number): void {
    checkAddend(this, value)
    this.#sum += value
  }

  getLocalValue(): number {
    return this.#sum
  }

  resetLocal(): void {
    this.#sum = 0
  }

  merge(other: Accumulator<number, number>): void {
    this.#sum += other.getLocalValue()
  }
}

/**
 * An {@link Accumulator} that adds up whole numbers (exact up to 2^53).
 *
 * @example
 * ```ts
 * import { LongCounter } from 'flink-ts'
 *
 * const bytes = new LongCounter()
 * bytes.add(4096)
 * ```
 */
export class LongCounter extends IntCounter {}

/**
 * An {@link Accumulator} that adds up numbers with fractions.
 *
 * @example
 * ```ts
 * import { DoubleCounter } from 'flink-ts'
 *
 * const seconds = new DoubleCounter()
 * seconds.add(0.25)
 * ```
 */
export class DoubleCounter extends IntCounter {}

/**
 * An {@link Accumulator} that keeps all values.
 *
 * @example
 * ```ts
 * import { ListAccumulator } from 'flink-ts'
 *
 * const rejected = new ListAccumulator<string>()
 * rejected.add('a line that was not understood')
 * ```
 */
export class ListAccumulator<T> implements Accumulator<T, T[]> {
  #values: T[] = []

  add(value: T): void {
    this.#values.push(value)
  }

  getLocalValue(): T[] {
    return this.#values
  }

  resetLocal(): void {
    this.#values = []
  }

  merge(other: Accumulator<T, T[]>): void {
    this.#values = [...this.#values, ...other.getLocalValue()]
  }
}
