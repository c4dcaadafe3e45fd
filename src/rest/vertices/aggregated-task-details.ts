import type {
  AggregatedTaskDetailsInfo,
  MetricStatistics,
  SubtaskExecutionAttemptDetailsInfo,
} from '../messages/vertex-messages.js'
import { TOLD_STATES } from './attempt-info.js'

const METRICS = [
  'read-bytes',
  'write-bytes',
  'read-records',
  'write-records',
  'accumulated-backpressured-time',
  'accumulated-idle-time',
  'accumulated-busy-time',
] as const

/** How metrics and times lie over subtasks. */
export function aggregatedTaskDetailsOf(
  attempts: readonly SubtaskExecutionAttemptDetailsInfo[],
): AggregatedTaskDetailsInfo {
  const metrics = METRICS.map((name) => [name, statisticsOf(attempts.map((attempt) => attempt.metrics[name]))])
  const durations = TOLD_STATES.map((state) => [
    state,
    statisticsOf(attempts.map((attempt) => attempt['status-duration'][state] ?? -1)),
  ])
  return {
    metrics: Object.fromEntries(metrics) as AggregatedTaskDetailsInfo['metrics'],
    'status-duration': Object.fromEntries(durations) as AggregatedTaskDetailsInfo['status-duration'],
  }
}

function statisticsOf(values: readonly number[]): MetricStatistics {
  const sorted = values.map(Math.trunc).sort((left, right) => left - right)
  const sum = sorted.reduce((total, value) => total + value, 0)
  return {
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    avg: sorted.length === 0 ? 0 : Math.trunc(sum / sorted.length),
    sum,
    median: percentileOf(sorted, 50),
    p25: percentileOf(sorted, 25),
    p75: percentileOf(sorted, 75),
    p95: percentileOf(sorted, 95),
  }
}

/** As the Percentile of commons-math with which Flink counts: between the two values around place p (n + 1), cut to whole numbers. */
function percentileOf(sorted: readonly number[], percent: number): number {
  const place = (percent * (sorted.length + 1)) / 100
  const below = Math.floor(place)
  const lower = sorted[below - 1] ?? sorted[0] ?? 0
  const upper = sorted[below] ?? sorted.at(-1) ?? 0
  return Math.trunc(place < 1 ? upper : lower + (place - below) * (upper - lower))
}
