import type {
  AggregatedMetricInfo,
  CheckpointingStatistics,
  JobInspector,
  JobVertexInfo,
  VertexWatermarksInfo,
} from '../../client/job-inspector.js'

/** Over all subtasks, since the vertex started. The three times of a subtask are all of its life. */
const TOTALS = [
  'numRecordsIn',
  'numRecordsOut',
  'accumulateBusyTimeMs',
  'accumulateIdleTimeMs',
  'accumulateBackPressuredTimeMs',
] as const
/** Of the last minute. */
const METERS = [
  'numRecordsInPerSecond',
  'numRecordsOutPerSecond',
  'busyTimeMsPerSecond',
  'idleTimeMsPerSecond',
  'backPressuredTimeMsPerSecond',
] as const
const RESTARTS = 'numRestarts'

type Measured = (typeof TOTALS)[number] | (typeof METERS)[number]

/** Absent where the job has not reported it: in its first second, or where metrics are switched off. */
export type VertexMetrics = Readonly<Partial<Record<Measured, Pick<AggregatedMetricInfo, 'sum' | 'avg'>>>>

export interface VertexSample {
  readonly vertex: JobVertexInfo
  readonly metrics: VertexMetrics
  readonly time: VertexWatermarksInfo | undefined
}

/** What a job says of itself at one time. */
export interface JobSample {
  readonly jobId: string
  readonly name: string
  readonly state: string
  readonly startTime: number
  /** By the clock of the job. */
  readonly now: number
  readonly restarts: number
  readonly checkpoints: CheckpointingStatistics
  readonly vertices: readonly VertexSample[]
}

/** Asks a job for all that `top` shows. What of its tasks is read comes after these have been asked for their newest. */
export async function sampleJob(inspector: JobInspector): Promise<JobSample> {
  const times = await inspector.watermarks()
  const [details, checkpoints, general] = await Promise.all([
    inspector.details(),
    inspector.checkpoints(),
    inspector.jobMetrics([RESTARTS]),
  ])
  const metrics = await Promise.all(
    details.vertices.map(({ id }) => inspector.aggregatedMetrics(id, [...TOTALS, ...METERS])),
  )
  return {
    jobId: details.jid,
    name: details.name,
    state: details.state,
    startTime: details['start-time'],
    now: details.now,
    restarts: Number(general.find(({ name }) => name === RESTARTS)?.value ?? 0),
    checkpoints,
    vertices: details.vertices.map((vertex, index) => ({
      vertex,
      metrics: Object.fromEntries((metrics[index] ?? []).map((metric) => [metric.id, metric])),
      time: times.vertices.find(({ id }) => id === vertex.id),
    })),
  }
}
