import { createHash } from 'node:crypto'
import { Configuration } from '../core/config/configuration.js'
import { PipelineOptions } from '../core/config/pipeline-options.js'
import type {
  JobAccumulatorsInfo,
  JobConfigInfo,
  JobDetailsInfo,
  JobExecutionResultInfo,
  JobOverview,
  JobVertexInfo,
  TaskCounts,
} from '../rest/messages/job-messages.js'
import { ioMetricsOf, timesOf } from '../rest/vertices/attempt-info.js'
import { aggregateState, countStates, type VertexReport } from '../rest/vertices/vertex-report.js'
import { throwableInfo } from '../rest/throwable-info.js'
import type { JobDetails, VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'
import { serializedAccumulatorOf, userAccumulatorOf } from './accumulator-text.js'
import { restartStrategyText } from './restart-strategy-text.js'

/** Flink's; the last two are none of this engine's. */
const JOB_STATES = [
  ...['INITIALIZING', 'CREATED', 'RUNNING', 'FAILING', 'FAILED', 'CANCELLING', 'CANCELED', 'FINISHED', 'RESTARTING'],
  ...['SUSPENDED', 'RECONCILING'],
] as const
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

/** `reports`: of its vertices, in their order. */
export function jobDetailsInfoOf(
  details: JobDetails,
  reports: readonly VertexReport[],
  { plan, now }: { readonly plan: unknown; readonly now: number },
): JobDetailsInfo {
  const overview = jobOverviewOf(details, now)
  const vertices = reports.map((report, index) => vertexInfoOf(report, details.vertices[index]?.slotSharingGroup, now))
  return {
    jid: overview.jid,
    name: overview.name,
    isStoppable: false,
    state: overview.state,
    'job-type': 'STREAMING',
    'start-time': overview['start-time'],
    'end-time': overview['end-time'],
    duration: overview.duration,
    maxParallelism: Math.max(-1, ...details.vertices.map((vertex) => vertex.maxParallelism)),
    now,
    timestamps: Object.fromEntries(JOB_STATES.map((state) => [state, timestampOf(details, state)])),
    vertices,
    'status-counts': countStates(vertices.map(({ status }) => status)),
    plan,
    'pending-operators': 0,
    warnings: details.warnings,
  }
}

function timestampOf({ timestamps }: JobDetails, state: string): number {
  return (timestamps as Readonly<Record<string, number | undefined>>)[state] ?? 0
}

export function jobConfigInfoOf(details: JobDetails): JobConfigInfo {
  const { configuration } = details
  const typed = Configuration.fromMap(configuration)
  return {
    jid: details.jobId,
    name: details.name,
    'execution-config': {
      'execution-mode': 'PIPELINED',
      'job-parallelism': Math.max(1, ...details.vertices.map((vertex) => vertex.parallelism)),
      'restart-strategy': restartStrategyText(typed),
      'object-reuse-mode': typed.get(PipelineOptions.OBJECT_REUSE),
      'user-config': configuration,
    },
  }
}

function statesOf(vertex: VertexDetails): string[] {
  if (vertex.subtasks.length > 0) return vertex.subtasks.map((subtask) => subtask.state)
  return Array.from({ length: vertex.parallelism }, () => 'CREATED')
}

function vertexInfoOf(report: VertexReport, group = 'default', now: number): JobVertexInfo {
  const attempts = report.subtasks.map(({ current }) => current)
  const states = attempts.map(({ state }) => state)
  const { startTime, endTime, duration } = timesOf(attempts, now)
  return {
    id: report.id,
    slotSharingGroupId: createHash('sha256').update(group).digest('hex').slice(0, 32),
    name: report.name,
    maxParallelism: report.maxParallelism,
    parallelism: report.parallelism,
    status: aggregateState(states),
    'start-time': startTime,
    'end-time': endTime,
    duration,
    tasks: countStates(states),
    metrics: ioMetricsOf(attempts),
  }
}

/** What the functions of a job accumulated so far. */
export function jobAccumulatorsInfoOf(results: JobOutcome['accumulatorResults']): JobAccumulatorsInfo {
  const accumulators = Object.entries(results).map(([name, result]) => userAccumulatorOf(name, result))
  const serialized = serializedAccumulatorsOf(results)
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
