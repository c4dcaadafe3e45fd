import type { JobMetrics } from '../rest/job-metrics.js'
import type { JobDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import type { TaskMetrics } from '../runtime/jobmanager/jobmaster/metric-store.js'

/** States whose duration so far is a metric, `runningTime` for one. */
const STATES = ['INITIALIZING', 'CREATED', 'RUNNING', 'FAILING', 'CANCELLING', 'RESTARTING'] as const

/** JobDetails of the engine as the metrics of a job by Flink's names. Pure. */
export function jobMetricsOf(details: JobDetails, tasks: TaskMetrics, now: number): JobMetrics {
  const { lastUpdate, vertices } = tasks
  return { job: ownMetricsOf(details, now), lastUpdate, vertices }
}

/** Of the job as a whole. */
export function ownMetricsOf(details: JobDetails, now: number): Record<string, number | string> {
  return { ...timesOf(details, now), ...checkpointsOf(details) }
}

function timesOf(details: JobDetails, now: number): Record<string, number> {
  const times = STATES.map((state) => [`${state.toLowerCase()}Time`, timeIn(details, state, now)] as const)
  const hasEnded = details.endTime !== undefined
  return {
    ...Object.fromEntries(times),
    uptime: hasEnded ? -1 : timeIn(details, 'RUNNING', now),
    downtime: hasEnded ? -1 : timeIn(details, 'RESTARTING', now) + timeIn(details, 'FAILING', now),
    numRestarts: details.restarts,
    fullRestarts: details.restarts,
  }
}

/** How long the job has been in this state without a break; 0 when it is in another. */
function timeIn(details: JobDetails, state: (typeof STATES)[number], now: number): number {
  const since = details.timestamps[state]
  return details.status === state && since !== undefined ? Math.max(0, now - since) : 0
}

function checkpointsOf({ checkpoints }: JobDetails): Record<string, number | string> {
  const { counts, inProgress, lastCompleted: last, latest } = checkpoints
  return {
    totalNumberOfCheckpoints: counts.total,
    numberOfInProgressCheckpoints: inProgress,
    numberOfCompletedCheckpoints: counts.completed,
    numberOfFailedCheckpoints: counts.failed,
    lastCheckpointRestoreTimestamp: latest.restored?.restoreTimestamp ?? -1,
    lastCheckpointDuration:
      last === undefined ? -1 : (last.endTimestamp ?? last.triggerTimestamp) - last.triggerTimestamp,
    lastCheckpointSize: last?.checkpointedSizeBytes ?? -1,
    lastCheckpointFullSize: last?.sizeBytes ?? -1,
    lastCheckpointExternalPath: last?.externalPath ?? 'n/a',
    lastCompletedCheckpointId: last?.checkpointId ?? -1,
  }
}
