/**
 * Collects a value in each subtask; the local values are merged when the job ends and are in its result.
 *
 * The local value must be plain data that can be serialised: it travels from the subtask to the job.
 *
 * @example
 * ```ts
 * import { LongCounter, RichMapFunction, type Accumulator } from 'flink-ts'
 *
 * class Counting extends RichMapFunction<string, string> {
 *   readonly #lines: Accumulator<number, number> = new LongCounter()
 *   override open(): void {
 *     this.getRuntimeContext().addAccumulator('lines', this.#lines)
 *   }
 *   map(value: string): string {
 *     this.#lines.add(1)
 *     return value
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/user_defined_functions/#accumulators--counters
 */
export interface Accumulator<V, R> {
  add(value: V): void
  getLocalValue(): R
  resetLocal(): void
  merge(other: Accumulator<V, R>): void
}
