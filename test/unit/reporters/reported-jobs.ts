import type { ReportedJob, ReportedSubtask } from '../../../src/reporters/reported-job.js'

export const NO_TYPES: ReportedSubtask['types'] = { counters: [], histograms: [], meters: {} }

export const JOB_ID = 'a'.repeat(32)
export const VERTEX_ID = 'b'.repeat(32)
export const MAP_ID = 'c'.repeat(32)

/** A job of one vertex and one subtask, `Source: numbers -> Slow: map`, with these metrics. */
export function jobWith(
  values: ReportedSubtask['values'],
  types: Partial<ReportedSubtask['types']> = {},
  ofJob: ReportedJob['values'] = {},
): ReportedJob {
  const subtask = {
    subtaskIndex: 0,
    attemptNumber: 2,
    executionId: 'e_0_2',
    taskManager: 'worker 0',
    values,
    types: { ...NO_TYPES, ...types },
  }
  const operators = [
    { id: VERTEX_ID, name: 'Source: numbers' },
    { id: MAP_ID, name: 'Slow: map' },
  ]
  const vertex = { id: VERTEX_ID, name: 'Source: numbers -> Slow: map', operators, subtasks: [subtask] }
  return { jobId: JOB_ID, name: 'My job', host: 'here', values: ofJob, vertices: [vertex] }
}
