import { WatermarkStrategy, type WatermarkGenerator, type WatermarkOutput } from 'flink-ts'

/** Time comes on with each record, to the greatest timestamp so far less the bound. */
class WithEachRecord implements WatermarkGenerator<unknown> {
  readonly #boundMs: number
  #newestMs = -Infinity

  constructor(boundMs: number) {
    this.#boundMs = boundMs
  }

  onEvent(_record: unknown, timestampMs: number, output: WatermarkOutput): void {
    this.#newestMs = Math.max(this.#newestMs, timestampMs)
    output.emitWatermark(this.#newestMs - this.#boundMs - 1)
  }

  onPeriodicEmit(): void {
    // Each record has said it.
  }
}

/**
 * As `WatermarkStrategy.forBoundedOutOfOrderness`, but with a watermark after each record instead of every 200 ms. A small file
 * is read whole in less: with these its records are late, and timers fire between them, as on a stream that takes hours.
 */
export function watermarksWithEachRecord<T>(boundMs: number): WatermarkStrategy<T> {
  return WatermarkStrategy.forGenerator<T>(() => new WithEachRecord(boundMs))
}
