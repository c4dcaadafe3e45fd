import type { WatermarkOutput } from '../../eventtime/watermark-output.js'
import type { FailedRecord } from '../../badrecords/dead-letter.js'

/**
 * Where records of one split go. Watermarks by the strategy of `fromSource` are made of them; a reader that knows better emits
 * its own.
 *
 * @example
 * ```ts
 * import type { SourceOutput } from 'flink-ts'
 *
 * const emitAll = (lines: readonly string[], output: SourceOutput<string>): void => {
 *   for (const line of lines) output.collect(line)
 * }
 * ```
 */
export interface SourceOutput<T> extends WatermarkOutput {
  /** `timestampMs` is the record's event time as the source knows it; the strategy's assigner may give another one. */
  collect(record: T, timestampMs?: number): void
  /**
   * What was read makes no record, for this reason: the policy of the source (`onError`) decides. Throws the error where that is `fail`;
   * else the reader goes on, with the position after it. Several records of one message are emitted when all of them are there.
   */
  recordFailed(error: unknown, failed: FailedRecord): void
}

/**
 * Where a {@link SourceReader} emits to. A reader of several splits takes an output for each: then time comes as far as the
 * slowest of them.
 *
 * @example
 * ```ts
 * import type { ReaderOutput } from 'flink-ts'
 *
 * function emit(output: ReaderOutput<string>, split: string, record: string): void {
 *   output.createOutputForSplit(split).collect(record)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#event-time-and-watermarks
 */
export interface ReaderOutput<T> extends SourceOutput<T> {
  /** The output of a split: the same one for the same id, until it is released. */
  createOutputForSplit(splitId: string): SourceOutput<T>
  /** The split was read to its end: nobody waits for its time any more. */
  releaseOutputForSplit(splitId: string): void
}
