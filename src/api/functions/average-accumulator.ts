import type { Accumulator } from './accumulator.js'
import { checkAddend } from './checked-addend.js'

/**
 * An {@link Accumulator} of the mean of all values; 0 where there was none.
 *
 * @example
 * ```ts
 * import { AverageAccumulator } from 'flink-ts'
 *
 * const delay = new AverageAccumulator()
 * delay.add(12)
 * delay.add(14)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/AverageAccumulator.html
 */
export class AverageAccumulator implements Accumulator<number, number> {
  // Ordinary fields: the value alone does not say of how many it is, and these travel to other subtasks.
  private count = 0
  private sum = 0

  add(value: number): void {
    checkAddend(this, value)
    this.count += 1
    this.sum += value
  }

  getLocalValue(): number {
    return this.count === 0 ? 0 : this.sum / this.count
  }

  resetLocal(): void {
    this.count = 0
    this.sum = 0
  }

  merge(other: AverageAccumulator): void {
    this.count += other.count
    this.sum += other.sum
  }
}
