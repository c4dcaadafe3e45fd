import { hostname } from 'node:os'
import type { JobGraph } from '../graph/job-graph.js'
import type { ReportedJob, ReportedSubtask } from '../reporters/reported-job.js'
import type { JobDetails, VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { TaskMetrics } from '../runtime/jobmanager/jobmaster/metric-store.js'
import { ownMetricsOf } from './job-metrics-of.js'

/** Of a job of this process, what its metrics are made of. */
export interface ReportableJob {
  readonly master: { details(): JobDetails; taskMetrics(): TaskMetrics }
  readonly jobGraph: JobGraph
}

/** A job as reporters of metrics want it, as it is now. */
export function reportedJobOf({ master, jobGraph }: ReportableJob, now: number): ReportedJob {
  const details = master.details()
  const tasks = master.taskMetrics()
  const { jobId, name, vertices } = details
  return {
    jobId,
    name,
    host: hostname(),
    values: ownMetricsOf(details, now),
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

/** Those that have not ended. */
export function reportedJobs(
  jobs: Iterable<ReportableJob & { readonly outcome: unknown }>,
  now: number,
): ReportedJob[] {
  return [...jobs].filter(({ outcome }) => outcome === undefined).map((job) => reportedJobOf(job, now))
}

function subtasksOf({ id, subtasks }: VertexDetails, tasks: TaskMetrics): ReportedSubtask[] {
  return subtasks.flatMap(({ subtaskIndex, attemptNumber, executionId, worker }) => {
    const report = tasks.reports[id]?.[subtaskIndex]
    // Counts of an execution that is no more would be taken for those of the next one.
    if (report?.executionId !== executionId) return []
    const { values, types } = report
    return [{ subtaskIndex, attemptNumber, executionId, taskManager: `worker ${String(worker)}`, values, types }]
  })
}
