import { RichFunction } from './rich-function.js'

/**
 * Keeps the records for which it says true. An arrow function `(value) => boolean` serves as well.
 *
 * @example
 * ```ts
 * import type { FilterFunction } from 'flink-ts'
 *
 * const notEmpty: FilterFunction<string> = { filter: (value) => value.length > 0 }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#filter
 */
export interface FilterFunction<T> {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  filter(value: T): boolean
}

/**
 * A {@link FilterFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichFilterFunction } from 'flink-ts'
 *
 * class MyShare extends RichFilterFunction<number> {
 *   filter(value: number): boolean {
 *     const context = this.getRuntimeContext()
 *     return value % context.getNumberOfParallelSubtasks() === context.getIndexOfThisSubtask()
 *   }
 * }
 * ```
 */
export abstract class RichFilterFunction<T> extends RichFunction implements FilterFunction<T> {
  abstract filter(value: T): boolean
}
