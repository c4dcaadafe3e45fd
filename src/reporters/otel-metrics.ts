import type { MetricSample } from './metric-sample.js'

/** One metric as OpenTelemetry has it, with the values of all that have it. */
export interface OtelMetric {
  readonly name: string
  readonly kind: 'sum' | 'gauge'
  /** Of a sum: it never shrinks. */
  readonly isMonotonic: boolean
  readonly points: OtelPoint[]
}

export interface OtelPoint {
  readonly attributes: Readonly<Record<string, string>>
  readonly value: number
  /** Epoch ms from which on a sum counts. */
  readonly startMs: number
}

/** Those that Flink's reporter gives of a histogram, beside the smallest and the greatest value. */
const QUANTILES: readonly number[] = [0.5, 0.75, 0.95, 0.99]

interface Total {
  readonly count: number
  readonly atMs: number
}

/**
 * Metrics as Flink's OpenTelemetryMetricReporter names them: `flink.taskmanager.job.task.numRecordsIn`. Counters are sums of
 * what came since the last export that arrived, so that nothing is lost with one that did not. OTLP's summaries are no part of
 * OpenTelemetry for JavaScript: a histogram is its count and a gauge with the attribute `quantile`, as other exporters have it.
 */
export class OtelMetrics {
  readonly #startMs: number
  #totals: ReadonlyMap<string, Total> = new Map()

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  /** `arrived` is called when they have: the next sums begin here then. */
  collect(samples: readonly MetricSample[], nowMs: number): { metrics: readonly OtelMetric[]; arrived: () => void } {
    const metrics = new Map<string, OtelMetric>()
    const totals = new Map<string, Total>()
    const put = (metric: Omit<OtelMetric, 'points'>, point: OtelPoint): void => {
      // What JSON has no word for would make a collector refuse everything.
      if (!Number.isFinite(point.value)) return
      const known = metrics.get(metric.name) ?? { ...metric, points: [] }
      metrics.set(metric.name, known)
      // Two metrics of different kinds may come to one name: the first one stays.
      if (known.kind === metric.kind) known.points.push(point)
    }
    const gauge = (name: string, attributes: OtelPoint['attributes'], value: number): void => {
      put({ name, kind: 'gauge', isMonotonic: false }, { attributes, value, startMs: this.#startMs })
    }
    const sum = (name: string, attributes: OtelPoint['attributes'], count: number, isMonotonic = true): void => {
      const key = JSON.stringify([name, attributes])
      const last = this.#totals.get(key) ?? { count: 0, atMs: this.#startMs }
      totals.set(key, { count, atMs: nowMs })
      put({ name, kind: 'sum', isMonotonic }, { attributes, value: count - last.count, startMs: last.atMs })
    }
    for (const { scope, name: metric, variables, measured } of samples) {
      const name = ['flink', ...scope, metric].join('.')
      switch (measured.kind) {
        case 'gauge':
          gauge(name, variables, measured.value)
          break
        case 'counter':
          sum(name, variables, measured.value, measured.isMonotonic)
          break
        case 'meter':
          sum(`${name}.count`, variables, measured.count)
          gauge(`${name}.rate`, variables, measured.value)
          break
        case 'histogram': {
          const between = measured.quantiles.filter(([quantile]) => QUANTILES.includes(quantile))
          for (const [quantile, value] of [[0, measured.min] as const, ...between, [1, measured.max] as const])
            gauge(name, { ...variables, quantile: String(quantile) }, value)
          sum(`${name}.count`, variables, measured.count)
        }
      }
    }
    const arrived = (): void => {
      this.#totals = totals
    }
    return { metrics: [...metrics.values()], arrived }
  }
}
