import type { JobGraph } from '../graph/job-graph.js'
import type { ReportedJob, ReportedSubtask } from '../reporters/reported-job.js'
import type { JobDetails, VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { TaskMetrics } from '../runtime/jobmanager/jobmaster/metric-store.js'
import { ownMetricsOf } from './job-metrics-of.js'

/** A job as reporters of metrics want it. Pure. */
export function reportedJobOf(
  { details, jobGraph, tasks }: { details: JobDetails; jobGraph: JobGraph; tasks: TaskMetrics },
  surroundings: { readonly host: string; readonly now: number },
): ReportedJob {
  const { jobId, name, vertices } = details
  return {
    jobId,
    name,
    host: surroundings.host,
    values: ownMetricsOf(details, surroundings.now),
    vertices: vertices.map((vertex) => {
      const operators = jobGraph.vertices.find(({ id }) => id === vertex.id)?.operators ?? []
      return {
        id: vertex.id,
        name: vertex.name,
        operators: operators.map(({ id, name: operatorName }) => ({ id, name: operatorName })),
        subtasks: subtasksOf(vertex, tasks),
      }
    }),
  }
}

function subtasksOf({ id, subtasks }: VertexDetails, tasks: TaskMetrics): ReportedSubtask[] {
  return subtasks.flatMap(({ subtaskIndex, attemptNumber, executionId, worker }) => {
    const values = tasks.vertices[id]?.[subtaskIndex]
    const types = tasks.types[id]?.[subtaskIndex]
    if (values === undefined || types === undefined) return []
    return [{ subtaskIndex, attemptNumber, executionId, taskManager: `worker ${String(worker)}`, values, types }]
  })
}
