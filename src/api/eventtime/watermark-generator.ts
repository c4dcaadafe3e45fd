import type { Clock } from '../../core/time/clock.js'
import type { WatermarkOutput } from './watermark-output.js'

/**
 * Makes watermarks, from the records (punctuated) or in intervals (periodic). One for each subtask, and in a source for each
 * split. Synchronous: a promise is ASYNC_NOT_ALLOWED. It is no state: after a restore there is a new one.
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

/**
 * What a generator is made with.
 *
 * @example
 * ```ts
 * import { WatermarkStrategy, type WatermarkGenerator, type WatermarkGeneratorContext } from 'flink-ts'
 *
 * // Event time is the clock, less a minute.
 * const byClock = <T>({ clock }: WatermarkGeneratorContext): WatermarkGenerator<T> => ({
 *   onEvent: () => undefined,
 *   onPeriodicEmit: (output) => output.emitWatermark(clock.now() - 60_000),
 * })
 * const strategy = WatermarkStrategy.forGenerator<string>(byClock)
 * ```
 */
export interface WatermarkGeneratorContext {
  /** The engine's clock, which a test may drive by hand. */
  readonly clock: Clock
}

/**
 * Gives a new generator each time: one for each subtask, and in a source for each split.
 *
 * @example
 * ```ts
 * import { WatermarkStrategy, type WatermarkGeneratorSupplier } from 'flink-ts'
 *
 * const latest: WatermarkGeneratorSupplier<unknown> = () => {
 *   let latestMs = -Infinity
 *   return {
 *     onEvent: (_event, timestampMs) => {
 *       latestMs = Math.max(latestMs, timestampMs)
 *     },
 *     onPeriodicEmit: (output) => output.emitWatermark(latestMs - 1),
 *   }
 * }
 * const strategy = WatermarkStrategy.forGenerator(latest)
 * ```
 */
export type WatermarkGeneratorSupplier<T> = (context: WatermarkGeneratorContext) => WatermarkGenerator<T>
