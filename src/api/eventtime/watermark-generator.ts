import type { Clock } from '../../core/time/clock.js'
import type { WatermarkOutput } from './watermark-output.js'

/**
 * Makes watermarks, from the records (punctuated) or in intervals (periodic). One for each subtask, and in a source for each
 * split. Synchronous.
 *
 * @example
 * ```ts
 * import { WatermarkStrategy, type WatermarkGenerator, type WatermarkOutput } from 'flink-ts'
 *
 * interface Reading {
 *   readonly isLastOfBatch: boolean
 * }
 * class AtTheEndOfABatch implements WatermarkGenerator<Reading> {
 *   onEvent(reading: Reading, timestampMs: number, output: WatermarkOutput): void {
 *     if (reading.isLastOfBatch) output.emitWatermark(timestampMs)
 *   }
 *   onPeriodicEmit(): void {
 *     // The records say when.
 *   }
 * }
 * const strategy = WatermarkStrategy.forGenerator<Reading>(() => new AtTheEndOfABatch())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/#writing-watermarkgenerators
 */
export interface WatermarkGenerator<T> {
  /** For every record, after it has gone on. `eventTimestampMs` is -Infinity where it has none. */
  onEvent(event: T, eventTimestampMs: number, output: WatermarkOutput): void
  /** Every `pipeline.auto-watermark-interval`, unless that is 0. */
  onPeriodicEmit(output: WatermarkOutput): void
}

/** What a generator is made with. */
export interface WatermarkGeneratorContext {
  /** The engine's clock, which a test may drive by hand. */
  readonly clock: Clock
}

/** Gives a new generator each time. */
export type WatermarkGeneratorSupplier<T> = (context: WatermarkGeneratorContext) => WatermarkGenerator<T>
