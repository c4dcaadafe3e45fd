import type { MetricInfo } from './messages/metric-messages.js'

type Metrics = Readonly<Record<string, number | string>>

/** What is known of a job's metrics: of the job itself, and of subtasks by vertex id and index. */
export interface JobMetrics {
  readonly job: Metrics
  /** Epoch ms of the newest report of tasks; 0 before the first. */
  readonly lastUpdate: number
  readonly vertices: Readonly<Record<string, SubtaskMetrics>>
}

type SubtaskMetrics = Readonly<Record<number, Metrics>>

/** Subtasks of a vertex by index, lowest first; empty where nothing is known. */
export function subtasksOf(
  metrics: JobMetrics | undefined,
  vertexId: string,
): readonly (readonly [subtask: number, metrics: Metrics])[] {
  const subtasks = Object.entries(metrics?.vertices[vertexId] ?? {})
  return subtasks.map(([index, values]) => [Number(index), values] as const).sort(([left], [right]) => left - right)
}

/** Without names every name that there is, else the values of these; unknown names are left out. */
export function selectMetrics(metrics: Metrics, names: readonly string[]): MetricInfo[] {
  if (names.length === 0) return Object.keys(metrics).map((id) => ({ id }))
  return names.flatMap((id) => {
    const value = Object.hasOwn(metrics, id) ? metrics[id] : undefined
    return value === undefined ? [] : [{ id, value: String(value) }]
  })
}
