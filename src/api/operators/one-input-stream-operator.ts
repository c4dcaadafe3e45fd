import type { Watermark } from '../eventtime/watermark.js'
import type { StreamOperator } from './stream-operator.js'
import type { StreamRecord } from './stream-record.js'
import type { WatermarkStatus } from './watermark-status.js'

/**
 * An own operator of one stream, for `stream.transform(name, type, operator)`. It extends {@link AbstractStreamOperator}; all but
 * `processElement` is there already. On a keyed stream the key of the record is the current one.
 *
 * @example
 * ```ts
 * import {
 *   AbstractStreamOperator,
 *   StreamExecutionEnvironment,
 *   Types,
 *   type OneInputStreamOperator,
 *   type StreamRecord,
 * } from 'flink-ts'
 *
 * class Lengths extends AbstractStreamOperator<number> implements OneInputStreamOperator<string, number> {
 *   processElement(element: StreamRecord<string>): void {
 *     this.output.collect(element.replace(element.getValue().length))
 *   }
 * }
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements('to', 'be').transform('Lengths', Types.LONG, new Lengths()).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/OneInputStreamOperator.html
 */
export interface OneInputStreamOperator<IN, OUT> extends StreamOperator {
  /** Of what it emits; never read. */
  readonly outputRecordType?: OUT
  /** Synchronous: a promise is ASYNC_NOT_ALLOWED. */
  processElement(element: StreamRecord<IN>): void
  processWatermark(mark: Watermark): void
  processWatermarkStatus(watermarkStatus: WatermarkStatus): void
}
