import type { Watermark } from '../eventtime/watermark.js'
import type { StreamOperator } from './stream-operator.js'
import type { StreamRecord } from './stream-record.js'
import type { WatermarkStatus } from './watermark-status.js'

/**
 * An own operator of two streams, for `connectedStreams.transform(name, type, operator)`. It extends {@link AbstractStreamOperator}, which
 * makes one time out of that of both inputs; a record of a keyed input has its key as the current one.
 *
 * @example
 * ```ts
 * import {
 *   AbstractStreamOperator,
 *   StreamExecutionEnvironment,
 *   Types,
 *   type StreamRecord,
 *   type TwoInputStreamOperator,
 * } from 'flink-ts'
 *
 * class Merged extends AbstractStreamOperator<string> implements TwoInputStreamOperator<number, string, string> {
 *   processElement1(element: StreamRecord<number>): void {
 *     this.output.collect(element.replace(`number ${String(element.getValue())}`))
 *   }
 *   processElement2(element: StreamRecord<string>): void {
 *     this.output.collect(element)
 *   }
 * }
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements(1, 2).connect(env.fromElements('a')).transform('Merged', Types.STRING, new Merged()).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/TwoInputStreamOperator.html
 */
export interface TwoInputStreamOperator<IN1, IN2, OUT> extends StreamOperator {
  /** Of what it emits; never read. */
  readonly outputRecordType?: OUT
  /** Synchronous: a promise is ASYNC_NOT_ALLOWED; here and below. */
  processElement1(element: StreamRecord<IN1>): void
  processElement2(element: StreamRecord<IN2>): void
  processWatermark1(mark: Watermark): void
  processWatermark2(mark: Watermark): void
  processWatermarkStatus1(watermarkStatus: WatermarkStatus): void
  processWatermarkStatus2(watermarkStatus: WatermarkStatus): void
}
