/**
 * Collects a value in each subtask; when the job ends, the accumulators of one name are merged by their own `merge`, and the
 * value is in the job's result.
 *
 * A name is used once in a task, and chained functions are one task: the second one is refused (ACCUMULATOR_EXISTS). Those of
 * other tasks and subtasks are merged; they have to be of one class (ACCUMULATOR_TYPES_DIFFER).
 *
 * The local value must be plain data that can be serialised: it travels from the subtask to the job. `merge` is given an
 * object of the same class with the local value of the other accumulator and its ordinary fields that hold plain data;
 * functions and `#private` fields do not travel. A merge that fails (ACCUMULATOR_MERGE_FAILED) leaves the job FINISHED: the
 * error comes from `getAccumulatorResult`.
 *
 * While the job runs REST and Flink's dashboard tell what has been accumulated so far. For that a copy is merged, so that the
 * accumulator goes on counting: those of this package can be copied, and others whose ordinary fields are all that they have.
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
