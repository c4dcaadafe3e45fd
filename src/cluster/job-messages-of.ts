import { Configuration } from '../core/config/configuration.js'
import { PipelineOptions } from '../core/config/pipeline-options.js'
import type {
  CheckpointingStatistics,
  JobConfigInfo,
  JobDetailsInfo,
  JobExceptionsInfo,
  JobOverview,
  JobVertexInfo,
  TaskCounts,
} from '../rest/messages/job-messages.js'
import type { JobDetails, VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'

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
  }
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
  const entries = details.exceptions.map(({ name, stack, message, timestamp }) => ({
    exceptionName: name,
    stacktrace: stack === '' ? message : stack,
    timestamp,
  }))
  return { exceptionHistory: { entries, truncated: false } }
}

export function checkpointingStatisticsOf(details: JobDetails): CheckpointingStatistics {
  const { counts, inProgress, history } = details.checkpoints
  return {
    counts: {
      restored: counts.restored,
      total: counts.total,
      in_progress: inProgress,
      completed: counts.completed,
      failed: counts.failed,
    },
    history: history.map((record) => ({
      id: record.checkpointId,
      status: record.status,
      is_savepoint: record.isSavepoint,
      trigger_timestamp: record.triggerTimestamp,
      end_to_end_duration: record.endTimestamp === undefined ? -1 : record.endTimestamp - record.triggerTimestamp,
      state_size: record.sizeBytes,
      checkpointed_size: record.checkpointedSizeBytes,
      synchronous_duration: record.synchronousMs,
      external_path: record.externalPath ?? null,
      failure_message: record.failureMessage ?? null,
    })),
  }
}

function statesOf(vertex: VertexDetails): string[] {
  if (vertex.subtasks.length > 0) return vertex.subtasks.map((subtask) => subtask.state)
  return Array.from({ length: vertex.parallelism }, () => 'CREATED')
}

function vertexInfoOf(vertex: VertexDetails, now: number): JobVertexInfo {
  const starts = vertex.subtasks.map((subtask) => subtask.timestamps.DEPLOYING ?? now)
  const startTime = starts.length === 0 ? -1 : Math.min(...starts)
  const states = statesOf(vertex)
  const [first = 'CREATED'] = states
  return {
    id: vertex.id,
    name: vertex.name,
    maxParallelism: vertex.maxParallelism,
    parallelism: vertex.parallelism,
    status: states.every((state) => state === first) ? first : 'RUNNING',
    'start-time': startTime,
    'end-time': -1,
    duration: startTime === -1 ? -1 : now - startTime,
    tasks: countBy(states),
  }
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
