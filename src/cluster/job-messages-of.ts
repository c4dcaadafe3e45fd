import { Configuration } from '../core/config/configuration.js'
import { PipelineOptions } from '../core/config/pipeline-options.js'
import type {
  JobAccumulatorsInfo,
  JobConfigInfo,
  JobDetailsInfo,
  JobExceptionsInfo,
  JobExecutionResultInfo,
  JobOverview,
  JobVertexInfo,
  TaskCounts,
} from '../rest/messages/job-messages.js'
import { throwableInfo } from '../rest/throwable-info.js'
import type { JobDetails, VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'
import { accumulatorText, serializedAccumulatorOf } from './accumulator-text.js'

const APPLICATION_STATUS = { FINISHED: 'SUCCEEDED', FAILED: 'FAILED', CANCELED: 'CANCELED' } as const

/** JobDetails of the engine as the wire types of the REST API. Pure. */
export function jobOverviewOf(details: JobDetails, now: number): JobOverview {
  const states = details.vertices.flatMap((vertex) => statesOf(vertex))
  return {
    jid: details.jobId,
    name: details.name,
    state: details.status,
    'start-time': details.startTime,
    'end-time': details.endTime ?? -1,
    duration: (details.endTime ?? now) - details.startTime,
    'last-modification': details.lastModification,
    tasks: taskCountsOf(states),
    'pending-operators': 0,
    ...restartsOf(details),
  }
}

function restartsOf({ restarts, timestamps, status, startTime }: JobDetails): Pick<JobOverview, 'restarts'> {
  return restarts === 0 ? {} : { restarts: { count: restarts, since: timestamps[status] ?? startTime } }
}

export function jobDetailsInfoOf(details: JobDetails, plan: unknown, now: number): JobDetailsInfo {
  const overview = jobOverviewOf(details, now)
  const states = details.vertices.flatMap((vertex) => statesOf(vertex))
  return {
    jid: overview.jid,
    name: overview.name,
    state: overview.state,
    'start-time': overview['start-time'],
    'end-time': overview['end-time'],
    duration: overview.duration,
    maxParallelism: Math.max(-1, ...details.vertices.map((vertex) => vertex.maxParallelism)),
    now,
    timestamps: Object.fromEntries(Object.entries(details.timestamps)),
    vertices: details.vertices.map((vertex) => vertexInfoOf(vertex, now)),
    'status-counts': countBy(states),
    plan,
    warnings: details.warnings,
  }
}

export function jobConfigInfoOf(details: JobDetails): JobConfigInfo {
  const { configuration } = details
  return {
    jid: details.jobId,
    name: details.name,
    'execution-config': {
      'job-parallelism': Math.max(1, ...details.vertices.map((vertex) => vertex.parallelism)),
      'restart-strategy': configuration['restart-strategy.type'] ?? 'default',
      'object-reuse-mode': Configuration.fromMap(configuration).get(PipelineOptions.OBJECT_REUSE),
      'user-config': configuration,
    },
  }
}

export function jobExceptionsInfoOf(details: JobDetails): JobExceptionsInfo {
  const entries = details.exceptions.map(({ name, stack, timestamp }) => ({
    exceptionName: name,
    stacktrace: stack,
    timestamp,
  }))
  return { exceptionHistory: { entries: entries.reverse(), truncated: false } }
}

function statesOf(vertex: VertexDetails): string[] {
  if (vertex.subtasks.length > 0) return vertex.subtasks.map((subtask) => subtask.state)
  return Array.from({ length: vertex.parallelism }, () => 'CREATED')
}

function vertexInfoOf(vertex: VertexDetails, now: number): JobVertexInfo {
  const startTime = Math.min(...vertex.subtasks.flatMap(({ timestamps }) => timestamps.DEPLOYING ?? []))
  const isStarted = startTime !== Number.POSITIVE_INFINITY
  const endTime = endTimeOf(vertex)
  const states = statesOf(vertex)
  const [first = 'CREATED'] = states
  return {
    id: vertex.id,
    name: vertex.name,
    maxParallelism: vertex.maxParallelism,
    parallelism: vertex.parallelism,
    status: states.every((state) => state === first) ? first : 'RUNNING',
    'start-time': isStarted ? startTime : -1,
    'end-time': endTime ?? -1,
    duration: isStarted ? (endTime ?? now) - startTime : -1,
    tasks: countBy(states),
  }
}

/** When the last of its subtasks ended; undefined while one of them lives. */
function endTimeOf({ subtasks }: VertexDetails): number | undefined {
  const ends = subtasks.flatMap(
    ({ timestamps: { FINISHED, CANCELED, FAILED } }) => FINISHED ?? CANCELED ?? FAILED ?? [],
  )
  return ends.length > 0 && ends.length === subtasks.length ? Math.max(...ends) : undefined
}

/** What the functions of a finished job accumulated; nothing of one that has not finished. */
export function jobAccumulatorsInfoOf(outcome: JobOutcome | undefined): JobAccumulatorsInfo {
  const accumulators = Object.entries(outcome?.accumulatorResults ?? {}).map(([name, result]) => ({
    name,
    type: 'error' in result ? 'null' : result.type,
    value: accumulatorText(result),
  }))
  const serialized = serializedAccumulatorsOf(outcome?.accumulatorResults ?? {})
  const values = { 'user-task-accumulators': accumulators, 'serialized-user-task-accumulators': serialized }
  return { 'job-accumulators': [], ...values }
}

function serializedAccumulatorsOf(results: JobOutcome['accumulatorResults']): Record<string, string> {
  return Object.fromEntries(Object.entries(results).map(([name, each]) => [name, serializedAccumulatorOf(each)]))
}

export function jobExecutionResultInfoOf(jobId: string, outcome: JobOutcome | undefined): JobExecutionResultInfo {
  if (outcome === undefined) return { status: { id: 'IN_PROGRESS' } }
  const { accumulatorResults, status, netRuntimeMs, error } = outcome
  const result = {
    id: jobId,
    'application-status': APPLICATION_STATUS[status],
    'accumulator-results': serializedAccumulatorsOf(accumulatorResults),
    'net-runtime': netRuntimeMs,
  }
  const failure = error === undefined ? {} : { 'failure-cause': throwableInfo(error) }
  return { status: { id: 'COMPLETED' }, 'job-execution-result': { ...result, ...failure } }
}

function countBy(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

function taskCountsOf(states: readonly string[]): TaskCounts {
  const counts = countBy(states)
  const of = (state: string): number => counts[state] ?? 0
  return {
    total: states.length,
    created: of('CREATED'),
    scheduled: of('SCHEDULED'),
    deploying: of('DEPLOYING'),
    running: of('RUNNING'),
    finished: of('FINISHED'),
    canceling: of('CANCELING'),
    canceled: of('CANCELED'),
    failed: of('FAILED'),
    reconciling: 0,
    initializing: of('INITIALIZING'),
  }
}
