/** What a job does, in numbers to look at and to read by other programs. Times are ms, shares 0 to 1; null: not known. */
import type { CheckpointingStatistics, CheckpointStatistics, VertexWatermarksInfo } from '../../client/job-inspector.js'
import type { JobSample, VertexMetrics, VertexSample } from './job-sample.js'

const NONE_YET = '-9223372036854775808'
const END_OF_DATA = '9223372036854775807'
/** Between these a watermark is taken for a time of the clock, of which one can tell how long ago it was. */
const LIKELY_TIMES = { fromMs: Date.UTC(1990, 0, 1), aheadMs: 10 * 365 * 86_400_000 } as const
/** What happened in less says nothing of a second. */
const SHORTEST_SPAN_MS = 50

export interface JobActivity {
  readonly jobId: string
  readonly name: string
  readonly state: string
  readonly durationMs: number
  readonly restarts: number
  readonly checkpoints: CheckpointActivity
  readonly vertices: readonly VertexActivity[]
}

export interface CheckpointActivity {
  readonly completed: number
  readonly failed: number
  readonly lastCompleted: {
    readonly id: number
    readonly ageMs: number
    readonly durationMs: number
    readonly sizeBytes: number
  } | null
  readonly lastFailed: { readonly id: number; readonly ageMs: number; readonly message: string | null } | null
  /** The oldest that is in progress. */
  readonly pending: {
    readonly id: number
    readonly sinceMs: number
    readonly subtasks: number
    readonly acknowledged: number
  } | null
}

export interface VertexActivity {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly parallelism: number
  /** Subtasks by state, those that there are; and how many of them run. */
  readonly tasks: Readonly<Record<string, number>>
  readonly running: number
  /** Over all subtasks. */
  readonly recordsInPerSecond: number | null
  readonly recordsOutPerSecond: number | null
  /** Of the time of its subtasks, on average. */
  readonly busy: number | null
  readonly backPressured: number | null
  readonly idle: number | null
  /** Of the slowest subtask: the timestamp as text, `idle` where nobody waits for it, `end` at the end of the data. */
  readonly watermark: string | null
  readonly watermarkLagMs: number | null
}

/** Rates are those since the sample before, where that is of the same attempt; else of the last minute, as the job says them. */
export function activityOf(sample: JobSample, before?: JobSample): JobActivity {
  const { jobId, name, state, startTime, now, restarts, checkpoints, vertices } = sample
  const isSameAttempt = before?.jobId === jobId && before.restarts === restarts
  return {
    jobId,
    name,
    state,
    durationMs: Math.max(0, now - startTime),
    restarts,
    checkpoints: checkpointsOf(checkpoints, now),
    vertices: vertices.map((one) => {
      const earlier = isSameAttempt ? before.vertices.find(({ vertex }) => vertex.id === one.vertex.id) : undefined
      return vertexOf(one, earlier, now)
    }),
  }
}

function vertexOf(
  { vertex, metrics, time }: VertexSample,
  before: VertexSample | undefined,
  now: number,
): VertexActivity {
  const { id, name, status, parallelism } = vertex
  const tasks = Object.fromEntries(Object.entries(vertex.tasks).filter(([, count]) => count > 0))
  const running = tasks['RUNNING'] ?? 0
  const rates = running === 0 ? UNKNOWN : (ratesSince(metrics, before?.metrics, parallelism) ?? lastMinute(metrics))
  return { id, name, status, parallelism, tasks, running, ...rates, ...watermarkOf(time, now) }
}

type Rates = Pick<VertexActivity, 'recordsInPerSecond' | 'recordsOutPerSecond' | 'busy' | 'backPressured' | 'idle'>

const UNKNOWN: Rates = {
  recordsInPerSecond: null,
  recordsOutPerSecond: null,
  busy: null,
  backPressured: null,
  idle: null,
}

/** By the tasks' own clock: their three times together are what has gone by between two reports. */
function ratesSince(metrics: VertexMetrics, before: VertexMetrics | undefined, subtasks: number): Rates | undefined {
  if (before === undefined) return undefined
  const grown = (name: keyof VertexMetrics): number => (metrics[name]?.sum ?? NaN) - (before[name]?.sum ?? NaN)
  const busyMs = grown('accumulateBusyTimeMs')
  const idleMs = grown('accumulateIdleTimeMs')
  const backPressuredMs = grown('accumulateBackPressuredTimeMs')
  const allMs = busyMs + idleMs + backPressuredMs
  const [recordsIn, recordsOut] = [grown('numRecordsIn'), grown('numRecordsOut')]
  const isOfOneLife = [busyMs, idleMs, backPressuredMs, recordsIn, recordsOut].every((value) => value >= 0)
  if (!isOfOneLife || allMs < SHORTEST_SPAN_MS * subtasks) return undefined
  const seconds = allMs / subtasks / 1000
  return {
    recordsInPerSecond: recordsIn / seconds,
    recordsOutPerSecond: recordsOut / seconds,
    busy: busyMs / allMs,
    backPressured: backPressuredMs / allMs,
    idle: idleMs / allMs,
  }
}

function lastMinute(metrics: VertexMetrics): Rates {
  const share = (name: keyof VertexMetrics): number | null => {
    const average = metrics[name]?.avg
    return average === undefined ? null : average / 1000
  }
  return {
    recordsInPerSecond: metrics.numRecordsInPerSecond?.sum ?? null,
    recordsOutPerSecond: metrics.numRecordsOutPerSecond?.sum ?? null,
    busy: share('busyTimeMsPerSecond'),
    backPressured: share('backPressuredTimeMsPerSecond'),
    idle: share('idleTimeMsPerSecond'),
  }
}

/** Of its inputs the slowest that is waited for; of a source what the last of its operators makes of it. */
function watermarkOf(
  time: VertexWatermarksInfo | undefined,
  now: number,
): Pick<VertexActivity, 'watermark' | 'watermarkLagMs'> {
  const all = time === undefined ? [] : time.inputs.length > 0 ? time.inputs : time.makers
  const awaited = all.filter(({ idle }) => !idle).map(({ watermark }) => watermark)
  if (awaited.length === 0) return { watermark: all.length > 0 ? 'idle' : null, watermarkLagMs: null }
  const [first = NONE_YET, ...others] = awaited.filter(isTimestamp)
  const isInput = time?.inputs.length !== 0
  const one = others.reduce((left, right) => (BigInt(left) < BigInt(right) === isInput ? left : right), first)
  if (one === NONE_YET) return { watermark: null, watermarkLagMs: null }
  if (one === END_OF_DATA) return { watermark: 'end', watermarkLagMs: null }
  const ms = Number(one)
  const isTime = ms >= LIKELY_TIMES.fromMs && ms <= now + LIKELY_TIMES.aheadMs
  return { watermark: one, watermarkLagMs: isTime ? now - ms : null }
}

/** What answers on a socket may say anything. */
function isTimestamp(text: string): boolean {
  return /^-?\d{1,19}$/.test(text)
}

function checkpointsOf({ counts, latest, history }: CheckpointingStatistics, now: number): CheckpointActivity {
  const completed = newerOf(latest.completed, latest.savepoint)
  const { failed } = latest
  const pending = history.findLast(({ status }) => status === 'IN_PROGRESS')
  return {
    completed: counts.completed,
    failed: counts.failed,
    lastCompleted:
      completed === null
        ? null
        : {
            id: completed.id,
            ageMs: Math.max(0, now - (completed.trigger_timestamp + completed.end_to_end_duration)),
            durationMs: completed.end_to_end_duration,
            sizeBytes: completed.state_size,
          },
    lastFailed:
      failed === null
        ? null
        : {
            id: failed.id,
            ageMs: Math.max(0, now - (failed.failure_timestamp ?? failed.trigger_timestamp)),
            message: failed.failure_message,
          },
    pending:
      pending === undefined
        ? null
        : {
            id: pending.id,
            sinceMs: Math.max(0, now - pending.trigger_timestamp),
            subtasks: pending.num_subtasks,
            acknowledged: pending.num_acknowledged_subtasks,
          },
  }
}

function newerOf(left: CheckpointStatistics | null, right: CheckpointStatistics | null): CheckpointStatistics | null {
  if (left === null || right === null) return left ?? right
  return left.id > right.id ? left : right
}
