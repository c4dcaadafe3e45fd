import { endpointOf, taskManagerIdOf, type TaskManagerPlace } from '../core/ids/task-manager-id.js'
import type { UserAccumulator } from '../rest/messages/vertex-messages.js'
import type { AttemptPlace, AttemptReport, SubtaskReport, VertexReport } from '../rest/vertices/vertex-report.js'
import type { EndedSubtaskDetails, SubtaskDetails, VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { TaskMetrics } from '../runtime/jobmanager/jobmaster/metric-store.js'
import type { AccumulatorParts } from '../runtime/protocol/accumulators.js'
import { accumulatorText } from './accumulator-text.js'

export interface VertexReportInput {
  readonly reports: TaskMetrics['reports']
  readonly place: AttemptPlace
  /** Attempts of a subtask before the one that it is at, the newest first. */
  readonly earlierOf: (vertexId: string, subtaskIndex: number) => readonly EndedSubtaskDetails[]
}

/** The one task manager of a job is its process. */
export function attemptPlaceOf(place: TaskManagerPlace, jobId: string): AttemptPlace {
  return { host: place.host, endpoint: endpointOf(place), taskManagerId: taskManagerIdOf(place, jobId) }
}

/** A vertex of the engine as REST tells of it. Pure. */
export function vertexReportOf(vertex: VertexDetails, { reports, place, earlierOf }: VertexReportInput): VertexReport {
  const { id, name, parallelism, maxParallelism } = vertex
  const subtasks = Array.from({ length: parallelism }, (_, index): SubtaskReport => {
    const subtask = vertex.subtasks[index] ?? notCreated(id, index)
    const report = reports[id]?.[index]
    const metrics = report?.executionId === subtask.executionId ? report.values : undefined
    return {
      current: attemptReportOf({ ...subtask, metrics }, place),
      earlier: earlierOf(id, index).map((ended) => attemptReportOf(ended, place)),
    }
  })
  return { id, name, parallelism, maxParallelism, subtasks }
}

/** The job has not come to its first attempt. */
function notCreated(vertexId: string, subtaskIndex: number): SubtaskDetails {
  const executionId = `${vertexId}_${String(subtaskIndex)}_0`
  return { subtaskIndex, state: 'CREATED', attemptNumber: 0, executionId, worker: 0, timestamps: {} }
}

function attemptReportOf(subtask: EndedSubtaskDetails, place: AttemptPlace): AttemptReport {
  const { subtaskIndex, attemptNumber, executionId, state, timestamps, metrics, accumulators = {} } = subtask
  let told: UserAccumulator[] | undefined
  return {
    ...{ subtask: subtaskIndex, attempt: attemptNumber, executionId, state, timestamps, metrics },
    place: timestamps.SCHEDULED === undefined ? undefined : place,
    // Made for who looks at them: the text of a long list takes longer than all else that is told of a job.
    get accumulators() {
      told ??= userAccumulatorsOf(accumulators)
      return told
    },
  }
}

function userAccumulatorsOf(parts: AccumulatorParts): UserAccumulator[] {
  return Object.entries(parts).map(([name, { type, value, error }]) => {
    return { name, type, value: accumulatorText(error === undefined ? { type, value } : { error }) }
  })
}
