import { RichFunction } from './rich-function.js'

/**
 * Combines two values of one type into one. It must be associative and must not change its arguments. An arrow function
 * `(a, b) => ...` serves as well.
 *
 * @example
 * ```ts
 * import type { ReduceFunction } from 'flink-ts'
 *
 * const add: ReduceFunction<number> = { reduce: (a, b) => a + b }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#reduce
 */
export interface ReduceFunction<T> {
  /** `value1` is what was combined so far. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  reduce(value1: T, value2: T): T
}

/**
 * A {@link ReduceFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichReduceFunction } from 'flink-ts'
 *
 * class Longest extends RichReduceFunction<string> {
 *   reduce(value1: string, value2: string): string {
 *     return value2.length > value1.length ? value2 : value1
 *   }
 * }
 * ```
 */
export abstract class RichReduceFunction<T> extends RichFunction implements ReduceFunction<T> {
  abstract reduce(value1: T, value2: T): T
}
