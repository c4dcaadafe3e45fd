import type { AggregatedMetricInfo } from './messages/metric-messages.js'
import { listOf, unresolvable } from './request-parameters.js'
import type { RestRequest } from './route.js'

const AGGREGATIONS = ['min', 'max', 'sum', 'avg', 'skew'] as const
type Aggregation = (typeof AGGREGATIONS)[number]

const AGGREGATE: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  sum,
  avg: (values) => sum(values) / values.length,
  skew,
}

type Metrics = Readonly<Record<string, number | string>>

/**
 * What `get` and `agg` of a request ask for, over the metrics of components: of subtasks, jobs, task managers. Without names every
 * name that one of them has.
 */
export function aggregatedMetricsOf(
  components: readonly Metrics[],
  request: Pick<RestRequest, 'query'>,
): AggregatedMetricInfo[] {
  const aggregations = aggregationsOf(request)
  const names = listOf(request, 'get')
  if (names.length === 0)
    return [...new Set(components.flatMap((metrics) => Object.keys(metrics)))].map((id) => ({ id }))
  return names.flatMap((name) => {
    const values = components.flatMap((metrics) => (Object.hasOwn(metrics, name) ? [metrics[name] ?? ''] : []))
    return aggregateMetric(name, values, aggregations) ?? []
  })
}

/** All of them where none are named. */
function aggregationsOf(request: Pick<RestRequest, 'query'>): readonly Aggregation[] {
  const wanted = listOf(request, 'agg')
  if (wanted.length === 0) return AGGREGATIONS
  return wanted.map((text) => {
    const aggregation = AGGREGATIONS.find((name) => name === text.toLowerCase())
    if (aggregation === undefined) throw unresolvable('query', 'agg', text)
    return aggregation
  })
}

/** The aggregations asked for, over one value a subtask; undefined when there is none or one is no number. */
function aggregateMetric(
  id: string,
  values: readonly (number | string)[],
  aggregations: readonly Aggregation[],
): AggregatedMetricInfo | undefined {
  const numbers = values.map(asNumber)
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return undefined
  return { id, ...Object.fromEntries(aggregations.map((name) => [name, AGGREGATE[name](numbers)])) }
}

function asNumber(value: number | string): number {
  if (typeof value === 'string' && value.trim() === '') return Number.NaN
  return Number(value)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** How far the values lie from their average, on average, in percent of it; at most 100, as in Flink. */
function skew(values: readonly number[]): number {
  const average = sum(values) / values.length
  if (average === 0) return 0
  const deviation = sum(values.map((value) => Math.abs(average - value))) / values.length
  return Math.min((deviation / average) * 100, 100)
}
