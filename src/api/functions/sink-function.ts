import { RichFunction } from './rich-function.js'

/**
 * What a {@link SinkFunction} knows of the record at hand. Valid during the call only.
 *
 * @example
 * ```ts
 * import type { SinkFunction, SinkFunctionContext } from 'flink-ts'
 *
 * const delaysMs: number[] = []
 * const sink: SinkFunction<string> = {
 *   invoke(_value: string, context: SinkFunctionContext) {
 *     delaysMs.push(context.currentProcessingTime() - (context.timestamp() ?? 0))
 *   },
 * }
 * ```
 */
export interface SinkFunctionContext {
  /** The engine's clock in ms since the epoch. */
  currentProcessingTime(): number
  /** The newest watermark in ms since the epoch; -Infinity before the first. */
  currentWatermark(): number
  /** Timestamp of the record in ms since the epoch, or null when it has none. */
  timestamp(): number | null
}

/**
 * Takes the records of a stream to the outside. An arrow function `(value) => ...` serves as well.
 *
 * @example
 * ```ts
 * import type { SinkFunction } from 'flink-ts'
 *
 * const received: string[] = []
 * const sink: SinkFunction<string> = {
 *   invoke(value) {
 *     received.push(value)
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/SinkFunction.html
 */
export interface SinkFunction<T> {
  /** May return a promise: records then wait in order, and so do checkpoints and the end of the job. */
  invoke(value: T, context: SinkFunctionContext): void | Promise<void>
  /** The input has ended: write what is buffered. Not called on failure or cancellation. */
  finish?(): void | Promise<void>
}

/**
 * A {@link SinkFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichSinkFunction } from 'flink-ts'
 *
 * class Lines extends RichSinkFunction<string> {
 *   invoke(value: string): void {
 *     this.getRuntimeContext().getStandardOutput().write(`${value}\n`)
 *   }
 * }
 * ```
 */
export abstract class RichSinkFunction<T> extends RichFunction implements SinkFunction<T> {
  abstract invoke(value: T, context: SinkFunctionContext): void | Promise<void>

  /** The input has ended: write what is buffered. */
  finish(): void | Promise<void> {
    return undefined
  }
}
