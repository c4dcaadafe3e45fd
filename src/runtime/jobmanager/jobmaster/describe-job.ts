// Duty: makes the plain-data description of a job out of the JobMaster's living parts.
// Invariants: pure; the result shares nothing that changes later.
// Thread: main thread.
import type { JobGraph } from '../../../graph/job-graph.js'
import type { CheckpointStatistics } from '../checkpoint/checkpoint-statistics.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { JobEnvironment } from '../job-environment.js'
import type { JobDetails, JobException, JobWarning, VertexDetails } from './job-details.js'
import { subtaskDetailsOf } from './subtask-details-of.js'
import { isTerminalJobStatus, type JobStatus } from './job-status.js'

export interface JobDescriptionInput {
  readonly status: JobStatus
  readonly timestamps: Readonly<Partial<Record<JobStatus, number>>>
  readonly restarts: number
  readonly executions: ExecutionGraph | undefined
  readonly statistics: CheckpointStatistics
  readonly pendingCheckpoints: number
  readonly exceptions: readonly JobException[]
  readonly warnings: readonly JobWarning[]
}

export function describeJob(environment: JobEnvironment, input: JobDescriptionInput): JobDetails {
  const { jobId, jobGraph, configuration } = environment
  const { lastCompleted, latest } = input.statistics
  const times = Object.values(input.timestamps)
  return {
    jobId,
    name: jobGraph.name,
    status: input.status,
    startTime: input.timestamps.INITIALIZING ?? 0,
    endTime: isTerminalJobStatus(input.status) ? input.timestamps[input.status] : undefined,
    lastModification: Math.max(...times),
    timestamps: { ...input.timestamps },
    vertices: jobGraph.vertices.map((vertex) => describeVertex(vertex, input.executions)),
    configuration: configuration.redacted(),
    restarts: input.restarts,
    checkpoints: {
      counts: { ...input.statistics.counts },
      inProgress: input.pendingCheckpoints,
      history: input.statistics.history().map((record) => ({ ...record })),
      lastCompleted: lastCompleted === undefined ? undefined : { ...lastCompleted },
      latest: latest.records(),
      samples: latest.samples(),
    },
    exceptions: [...input.exceptions],
    warnings: [...input.warnings],
  }
}

function describeVertex(vertex: JobGraph['vertices'][number], executions: ExecutionGraph | undefined): VertexDetails {
  const { id, name, parallelism, maxParallelism, slotSharingGroup } = vertex
  const subtasks = (executions?.ofVertex(id) ?? []).map(subtaskDetailsOf)
  return { id, name, parallelism, maxParallelism, slotSharingGroup, subtasks }
}
