import { filterCharacters } from './character-filter.js'
import { Counter } from './counter.js'
import { DescriptiveStatisticsHistogram, type Histogram } from './histogram.js'
import { MeterView, type Meter } from './meter.js'
import type { MetricTypes } from './metric-types.js'

export type Gauge = () => unknown

const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.999] as const

/** Metrics of one scope (operator, task), by name; groups nest. */
export class MetricGroup {
  readonly scope: readonly string[]
  readonly #counters = new Map<string, Counter>()
  readonly #gauges = new Map<string, Gauge>()
  readonly #meters = new Map<string, Meter>()
  readonly #histograms = new Map<string, Histogram>()
  readonly #groups = new Map<string, MetricGroup>()

  constructor(scope: readonly string[]) {
    this.scope = scope
  }

  /** The counter of this name, made at the first call. */
  counter(name: string): Counter {
    return getOrMake(this.#counters, name, () => new Counter())
  }

  /** Registers a function that is asked for the value when somebody looks. */
  gauge(name: string, gauge: Gauge): Gauge {
    this.#gauges.set(name, gauge)
    return gauge
  }

  /** The meter of this name; without one given, a rate over the last minute. */
  meter(name: string, meter?: Meter): Meter {
    return getOrMake(this.#meters, name, () => meter ?? new MeterView())
  }

  /** The histogram of this name; without one given, over the newest 1000 values. */
  histogram(name: string, histogram?: Histogram): Histogram {
    return getOrMake(this.#histograms, name, () => histogram ?? new DescriptiveStatisticsHistogram())
  }

  addGroup(name: string): MetricGroup {
    return getOrMake(this.#groups, name, () => new MetricGroup([...this.scope, name]))
  }

  /** The full name of a metric of this group. */
  getMetricIdentifier(name: string): string {
    return [...this.scope, name].join('.')
  }

  /**
   * All values below this group by dotted name, each part of it filtered as REST shows it; a meter gives its rate, a
   * histogram one value a statistic. A metric of the user's own that throws is left out and given to `onFailure`.
   */
  values(onFailure: (name: string, error: unknown) => void = () => undefined): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    const read = (name: string, give: (filtered: string) => void): void => {
      try {
        give(filterCharacters(name))
      } catch (error) {
        onFailure(this.getMetricIdentifier(name), error)
      }
    }
    for (const [name, counter] of this.#counters) read(name, (key) => (values[key] = counter.getCount()))
    for (const [name, gauge] of this.#gauges) read(name, (key) => (values[key] = gauge()))
    for (const [name, meter] of this.#meters) read(name, (key) => (values[key] = meter.getRate()))
    for (const [name, histogram] of this.#histograms) {
      read(name, (key) => {
        for (const [statistic, value] of statisticsOf(histogram)) values[`${key}_${statistic}`] = value
      })
    }
    for (const [name, group] of this.#groups) {
      const prefix = filterCharacters(name)
      for (const [inner, value] of Object.entries(group.values(onFailure))) values[`${prefix}.${inner}`] = value
    }
    return values
  }

  /** What kind each of `values` is. A meter of the user's own whose count throws is left out, and so a gauge. */
  types(): MetricTypes {
    const counters = [...this.#counters.keys()].map(filterCharacters)
    const histograms = [...this.#histograms.keys()].map(filterCharacters)
    const meters: Record<string, number> = {}
    for (const [name, meter] of this.#meters) {
      try {
        meters[filterCharacters(name)] = meter.getCount()
      } catch {
        // Of the rate, which may throw as well, `values` tells.
      }
    }
    for (const [name, group] of this.#groups) {
      const prefix = filterCharacters(name)
      const inner = group.types()
      counters.push(...inner.counters.map((each) => `${prefix}.${each}`))
      histograms.push(...inner.histograms.map((each) => `${prefix}.${each}`))
      for (const [each, count] of Object.entries(inner.meters)) meters[`${prefix}.${each}`] = count
    }
    return { counters, histograms, meters }
  }

  /** Lets every meter below this group take its count: due every METER_UPDATE_INTERVAL_MS, else rates stay 0. */
  updateMeters(): void {
    for (const meter of this.#meters.values()) if (meter instanceof MeterView) meter.update()
    for (const group of this.#groups.values()) group.updateMeters()
  }
}

/** Names as in Flink's REST: `latency_min`, `latency_p99`. */
function statisticsOf(histogram: Histogram): (readonly [name: string, value: number])[] {
  const statistics = histogram.getStatistics()
  const { min, max, mean, stdDev } = statistics
  const quantiles = QUANTILES.map((quantile) => {
    const digits = String(quantile * 100).replace('.', '')
    return [quantile === 0.5 ? 'median' : `p${digits}`, statistics.getQuantile(quantile)] as const
  })
  return [['count', histogram.getCount()], ['min', min], ['max', max], ['mean', mean], ['stddev', stdDev], ...quantiles]
}

function getOrMake<T>(map: Map<string, T>, name: string, make: () => T): T {
  let value = map.get(name)
  if (value === undefined) {
    value = make()
    map.set(name, value)
  }
  return value
}
