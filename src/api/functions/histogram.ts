import type { Accumulator } from './accumulator.js'
import { checkAddend } from './checked-addend.js'

/**
 * An {@link Accumulator} that counts how often each value was added: a Map from value to count, by rising value. For values of
 * which there are few; every one has an entry.
 *
 * @example
 * ```ts
 * import { Histogram } from 'flink-ts'
 *
 * const lengths = new Histogram()
 * for (const word of ['to', 'be', 'or', 'not']) lengths.add(word.length)
 * const ofTwo = lengths.getLocalValue().get(2)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/accumulators/Histogram.html
 */
export class Histogram implements Accumulator<number, Map<number, number>> {
  #counts = new Map<number, number>()

  add(value: number): void {
    checkAddend(this, value)
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  getLocalValue(): Map<number, number> {
    return new Map([...this.#counts].sort(([one], [other]) => one - other))
  }

  resetLocal(): void {
    this.#counts = new Map()
  }

  merge(other: Accumulator<number, Map<number, number>>): void {
    for (const [value, count] of other.getLocalValue()) this.#counts.set(value, (this.#counts.get(value) ?? 0) + count)
  }
}
