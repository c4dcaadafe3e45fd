import type { MetricTypes } from '../core/metrics/metric-types.js'
import type { HistogramValues, Measured } from './metric-sample.js'
import type { MetricValues } from './reported-job.js'

/** How metrics name the quantiles of a histogram, as in REST. */
const QUANTILES = [
  ['median', 0.5],
  ['p75', 0.75],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p98', 0.98],
  ['p99', 0.99],
  ['p999', 0.999],
] as const

const STATISTICS = ['count', 'min', 'max', 'mean', 'stddev', ...QUANTILES.map(([name]) => name)]

/** Counts of the engine itself, which only grow: of a task, and by the last part of their name of an operator. */
const COUNTERS = /(?:^|\.)num(?:Records|Bytes|Buffers)(?:In|Out)\d*$/
const METERS = /(?:^|\.)(num(?:Records|Bytes|Buffers)(?:In|Out))PerSecond$/
const NUMBER = /^-?\d+(?:\.\d+)?$/

/** Metrics by name, each as what it is; what is no number is left out, and a yes or no is 1 or 0. Pure. */
export function measuredValues(values: MetricValues, types?: MetricTypes): ReadonlyMap<string, Measured> {
  const measured = new Map<string, Measured>()
  const counters = new Set(types?.counters)
  const parts = new Set<string>()
  for (const name of types?.histograms ?? []) {
    const histogram = histogramOf(name, values)
    if (histogram === undefined) continue
    measured.set(name, { kind: 'histogram', ...histogram })
    for (const statistic of STATISTICS) parts.add(`${name}_${statistic}`)
  }
  for (const [name, given] of Object.entries(values)) {
    const value = numberOf(given)
    if (value === undefined || parts.has(name) || measured.has(name)) continue
    const count = countOf(name, values, types)
    if (count !== undefined) measured.set(name, { kind: 'meter', value, count })
    else if (counters.has(name)) measured.set(name, { kind: 'counter', value, isMonotonic: false })
    else if (COUNTERS.test(name)) measured.set(name, { kind: 'counter', value, isMonotonic: true })
    else measured.set(name, { kind: 'gauge', value })
  }
  return measured
}

/** Undefined where it is no meter. */
function countOf(name: string, values: MetricValues, types: MetricTypes | undefined): number | undefined {
  if (types !== undefined && Object.hasOwn(types.meters, name)) return types.meters[name]
  const [, counter] = METERS.exec(name) ?? []
  return counter === undefined ? undefined : numberOf(values[name.slice(0, -'PerSecond'.length)])
}

/** Undefined where it could not be read. */
function histogramOf(name: string, values: MetricValues): HistogramValues | undefined {
  const read = (statistic: string): number | undefined => numberOf(values[`${name}_${statistic}`])
  const [count, min, max] = [read('count'), read('min'), read('max')]
  if (count === undefined || min === undefined || max === undefined) return undefined
  const quantiles = QUANTILES.map(([statistic, quantile]) => [quantile, read(statistic) ?? Number.NaN] as const)
  return { count, min, max, quantiles }
}

/** Watermarks and what is larger than a number can tell travel as text. */
function numberOf(value: number | string | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (value === 'true' || value === 'false') return value === 'true' ? 1 : 0
  return value !== undefined && NUMBER.test(value) ? Number(value) : undefined
}
