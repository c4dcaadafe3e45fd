import type { StatsSummary } from '../rest/messages/checkpoint-messages.js'

/** As Flink tells how values are spread: quantiles between two values lie on the line that joins them. Pure. */
export function statsSummaryOf(values: readonly number[]): StatsSummary {
  const sorted = values.toSorted((left, right) => left - right)
  const sum = sorted.reduce((total, value) => total + value, 0)
  return {
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    avg: sorted.length === 0 ? 0 : Math.floor(sum / sorted.length),
    p50: quantileOf(sorted, 0.5),
    p90: quantileOf(sorted, 0.9),
    p95: quantileOf(sorted, 0.95),
    p99: quantileOf(sorted, 0.99),
    p999: quantileOf(sorted, 0.999),
  }
}

function quantileOf(sorted: readonly number[], quantile: number): number | 'NaN' {
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return 'NaN'
  const position = quantile * (sorted.length + 1)
  const below = sorted[Math.floor(position) - 1]
  const above = sorted[Math.floor(position)]
  if (below === undefined) return first
  if (above === undefined) return last
  return below + (position - Math.floor(position)) * (above - below)
}
