import type { Accumulator } from './accumulator.js'
import { checkAddend } from './checked-addend.js'

/** Keeps one of all values; the wrong end of the numbers where there was none. */
abstract class Extremum implements Accumulator<number, number> {
  readonly #ofNone: number
  #value: number

  protected constructor(ofNone: number, initial: number) {
    this.#ofNone = ofNone
    this.#value = initial
  }

  protected abstract better(one: number, other: number): number

  add(value: number): void {
    checkAddend(this, value)
    this.#value = this.better(this.#value, value)
  }

  getLocalValue(): number {
    return this.#value
  }

  resetLocal(): void {
    this.#value = this.#ofNone
  }

  merge(other: Accumulator<number, number>): void {
    this.add(other.getLocalValue())
  }
}

abstract class Minimum extends Extremum {
  protected override better(one: number, other: number): number {
    return Math.min(one, other)
  }
}

abstract class Maximum extends Extremum {
  protected override better(one: number, other: number): number {
    return Math.max(one, other)
  }
}

const MAX_INT = 2 ** 31 - 1
const MIN_INT = -(2 ** 31)

/**
 * An {@link Accumulator} of the smallest whole number; 2147483647 where there was none.
 *
 * @example
 * ```ts
 * import { IntMinimum } from 'flink-ts'
 *
 * const shortest = new IntMinimum()
 * shortest.add('word'.length)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/IntMinimum.html
 */
export class IntMinimum extends Minimum {
  constructor(initial: number = MAX_INT) {
    super(MAX_INT, initial)
  }
}

/**
 * An {@link Accumulator} of the largest whole number; -2147483648 where there was none.
 *
 * @example
 * ```ts
 * import { IntMaximum } from 'flink-ts'
 *
 * const longest = new IntMaximum()
 * longest.add('word'.length)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/IntMaximum.html
 */
export class IntMaximum extends Maximum {
  constructor(initial: number = MIN_INT) {
    super(MIN_INT, initial)
  }
}

/**
 * An {@link Accumulator} of the smallest whole number, such as a timestamp; the largest one that is exact, 2^53 - 1, where there
 * was none.
 *
 * @example
 * ```ts
 * import { LongMinimum } from 'flink-ts'
 *
 * const firstMs = new LongMinimum()
 * firstMs.add(1_700_000_000_000)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/LongMinimum.html
 */
export class LongMinimum extends Minimum {
  constructor(initial: number = Number.MAX_SAFE_INTEGER) {
    super(Number.MAX_SAFE_INTEGER, initial)
  }
}

/**
 * An {@link Accumulator} of the largest whole number, such as a timestamp; the smallest one that is exact, 1 - 2^53, where there
 * was none.
 *
 * @example
 * ```ts
 * import { LongMaximum } from 'flink-ts'
 *
 * const lastMs = new LongMaximum()
 * lastMs.add(1_700_000_000_000)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/LongMaximum.html
 */
export class LongMaximum extends Maximum {
  constructor(initial: number = Number.MIN_SAFE_INTEGER) {
    super(Number.MIN_SAFE_INTEGER, initial)
  }
}

/**
 * An {@link Accumulator} of the smallest number; Infinity where there was none.
 *
 * @example
 * ```ts
 * import { DoubleMinimum } from 'flink-ts'
 *
 * const coldest = new DoubleMinimum()
 * coldest.add(-3.5)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/DoubleMinimum.html
 */
export class DoubleMinimum extends Minimum {
  constructor(initial: number = Number.POSITIVE_INFINITY) {
    super(Number.POSITIVE_INFINITY, initial)
  }
}

/**
 * An {@link Accumulator} of the largest number; -Infinity where there was none.
 *
 * @example
 * ```ts
 * import { DoubleMaximum } from 'flink-ts'
 *
 * const warmest = new DoubleMaximum()
 * warmest.add(21.5)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/DoubleMaximum.html
 */
export class DoubleMaximum extends Maximum {
  constructor(initial: number = Number.NEGATIVE_INFINITY) {
    super(Number.NEGATIVE_INFINITY, initial)
  }
}
