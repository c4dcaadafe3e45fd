import type { Watermark } from '../eventtime/watermark.js'
import type { OutputTag } from '../functions/output-tag.js'
import type { StreamRecord } from './stream-record.js'
import type { WatermarkStatus } from './watermark-status.js'

/**
 * What an operator emits to: everything downstream of it, in order. A record may be changed and used again once `collect` has returned.
 *
 * @example
 * ```ts
 * import { StreamRecord, type Output } from 'flink-ts'
 *
 * function twice(value: string, output: Output<string>): void {
 *   output.collect(new StreamRecord(value))
 *   output.collect(new StreamRecord(value))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/Output.html
 */
export interface Output<T> {
  /** OPERATOR_OUTPUT_INVALID for what is no StreamRecord. */
  collect(record: StreamRecord<T>): void
  /** To a side output. */
  collect<X>(outputTag: OutputTag<X>, record: StreamRecord<X>): void
  /** Time only goes on: a watermark that is not above the last one is left out. */
  emitWatermark(mark: Watermark): void
  emitWatermarkStatus(watermarkStatus: WatermarkStatus): void
}
