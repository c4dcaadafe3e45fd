/** What a histogram's values are like; all 0 while there is none. */
export interface HistogramStatistics {
  readonly size: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stdDev: number
  /** The value that this part (0 to 1) of the values does not exceed. */
  getQuantile(quantile: number): number
}

/** How values are distributed. */
export interface Histogram {
  update(value: number): void
  getCount(): number
  getStatistics(): HistogramStatistics
}

/** Statistics over the newest values, as many as the window holds (Flink's DescriptiveStatisticsHistogram). */
export class DescriptiveStatisticsHistogram implements Histogram {
  readonly #window: Float64Array
  #count = 0

  constructor(windowSize = 1000) {
    this.#window = new Float64Array(windowSize)
  }

  update(value: number): void {
    this.#window[this.#count % this.#window.length] = value
    this.#count += 1
  }

  getCount(): number {
    return this.#count
  }

  getStatistics(): HistogramStatistics {
    const values = this.#window.slice(0, this.#count).sort()
    const size = values.length
    const mean = size === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / size
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return {
      size,
      min: values[0] ?? 0,
      max: values[size - 1] ?? 0,
      mean,
      stdDev: size < 2 ? 0 : Math.sqrt(squares / (size - 1)),
      getQuantile: (quantile) => values[Math.min(Math.max(Math.ceil(quantile * size) - 1, 0), size - 1)] ?? 0,
    }
  }
}
