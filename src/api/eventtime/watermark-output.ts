import type { Watermark } from './watermark.js'

/**
 * Where a {@link WatermarkGenerator} says how far time has come.
 *
 * @example
 * ```ts
 * import type { WatermarkOutput } from 'flink-ts'
 *
 * const upTo = (latestMs: number, output: WatermarkOutput): void => output.emitWatermark(latestMs - 1)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
 */
export interface WatermarkOutput {
  /** Ms since the epoch, or a Watermark. One that is not greater than the last is ignored. Makes the output active. */
  emitWatermark(watermark: Watermark | number): void
  /** Nothing comes for a while: those downstream do not wait for this output's watermarks. */
  markIdle(): void
  /** They wait again. */
  markActive(): void
}
