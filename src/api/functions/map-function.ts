import { RichFunction } from './rich-function.js'

/**
 * Turns each record into exactly one other. An arrow function `(value) => result` serves as well.
 *
 * @example
 * ```ts
 * import type { MapFunction } from 'flink-ts'
 *
 * const length: MapFunction<string, number> = { map: (value) => value.length }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#map
 */
export interface MapFunction<T, O> {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  map(value: T): O
}

/**
 * A {@link MapFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichMapFunction } from 'flink-ts'
 *
 * class Tagged extends RichMapFunction<string, string> {
 *   #tag = ''
 *   override open(): void {
 *     this.#tag = this.getRuntimeContext().getTaskName()
 *   }
 *   map(value: string): string {
 *     return `${this.#tag}: ${value}`
 *   }
 * }
 * ```
 */
export abstract class RichMapFunction<T, O> extends RichFunction implements MapFunction<T, O> {
  abstract map(value: T): O
}
