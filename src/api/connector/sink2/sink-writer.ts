import type { Watermark } from '../../eventtime/watermark.js'

/**
 * What a {@link SinkWriter} knows of the record at hand. Valid during the call only.
 *
 * @example
 * ```ts
 * import type { SinkWriterContext } from 'flink-ts'
 *
 * const isLate = (context: SinkWriterContext): boolean => (context.timestamp() ?? 0) <= context.currentWatermark()
 * ```
 */
export interface SinkWriterContext {
  /** The newest watermark in ms since the epoch; -Infinity before the first. */
  currentWatermark(): number
  /** Timestamp of the record in ms since the epoch, or null when it has none. */
  timestamp(): number | null
}

/**
 * Takes the records of one subtask. Whatever it keeps back it writes in `flush`, which comes before the barrier of every checkpoint.
 *
 * @example
 * ```ts
 * import type { SinkWriter } from 'flink-ts'
 *
 * class Batches implements SinkWriter<string> {
 *   #batch: string[] = []
 *   write(element: string): void {
 *     this.#batch.push(element)
 *   }
 *   flush(_endOfInput: boolean): void {
 *     console.log(this.#batch.splice(0).join('\n'))
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/SinkWriter.html
 */
export interface SinkWriter<T> {
  /** May return a promise: records then wait in order, and so do checkpoints and the end of the job. */
  write(element: T, context: SinkWriterContext): void | Promise<void>
  /** Before the barrier of a checkpoint, and at the end of the input: all that was written has to be at its place afterwards. */
  flush(endOfInput: boolean): void | Promise<void>
  /** Time has come to the watermark. */
  writeWatermark?(watermark: Watermark): void | Promise<void>
  /** On every end, also of a failure. */
  close?(): void | Promise<void>
}
