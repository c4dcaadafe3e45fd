import type { Collector } from './collector.js'
import { RichFunction } from './rich-function.js'

/**
 * Turns each record into none, one or several. An arrow function `(value, out) => ...` serves as well.
 *
 * @example
 * ```ts
 * import type { FlatMapFunction } from 'flink-ts'
 *
 * const words: FlatMapFunction<string, string> = {
 *   flatMap(line, out) {
 *     for (const word of line.split(/\W+/)) out.collect(word)
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#flatmap
 */
export interface FlatMapFunction<T, O> {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  flatMap(value: T, out: Collector<O>): void
}

/**
 * A {@link FlatMapFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichFlatMapFunction, type Collector } from 'flink-ts'
 *
 * class Repeat extends RichFlatMapFunction<string, string> {
 *   flatMap(value: string, out: Collector<string>): void {
 *     for (let i = 0; i < this.getRuntimeContext().getNumberOfParallelSubtasks(); i++) out.collect(value)
 *   }
 * }
 * ```
 */
export abstract class RichFlatMapFunction<T, O> extends RichFunction implements FlatMapFunction<T, O> {
  abstract flatMap(value: T, out: Collector<O>): void
}
