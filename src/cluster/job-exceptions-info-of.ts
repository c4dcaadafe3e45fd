import type { ExceptionInfo, JobExceptionsInfo } from '../rest/messages/job-messages.js'
import type { AttemptPlace } from '../rest/vertices/vertex-report.js'
import type { JobDetails, JobException } from '../runtime/jobmanager/jobmaster/job-details.js'

export interface ExceptionsAsked {
  /** How many at most. */
  readonly most: number
  /** Where the tasks of the job run. */
  readonly place: AttemptPlace
}

/** What went wrong in a job, as REST tells it. Pure. */
export function jobExceptionsInfoOf(details: JobDetails, { most, place }: ExceptionsAsked): JobExceptionsInfo {
  const newestFirst = [...details.exceptions].reverse()
  const told = newestFirst.slice(0, most)
  const [root] = newestFirst
  const isTruncated = told.length < newestFirst.length
  const failed = new Set(
    details.vertices.flatMap(({ subtasks }) =>
      subtasks.flatMap(({ state, executionId }) => (state === 'FAILED' ? executionId : [])),
    ),
  )
  const ofTasks = newestFirst.filter(({ task }) => task !== undefined && failed.has(task.executionId))
  return {
    'root-exception': root?.stack ?? null,
    timestamp: root?.timestamp ?? null,
    'all-exceptions': ofTasks.slice(0, most).map(({ stack, timestamp, task }) => ({
      exception: stack,
      task: task?.name ?? '',
      location: place.endpoint,
      endpoint: place.endpoint,
      timestamp,
      taskManagerId: place.taskManagerId,
    })),
    truncated: isTruncated,
    exceptionHistory: {
      entries: told.map((exception) => ({ ...infoOf(exception, place), concurrentExceptions: [] })),
      truncated: isTruncated,
    },
  }
}

function infoOf({ name, stack, timestamp, task }: JobException, place: AttemptPlace): ExceptionInfo {
  const about = { exceptionName: name, stacktrace: stack, timestamp, failureLabels: {} }
  if (task === undefined) return about
  const { endpoint, taskManagerId } = place
  return { ...about, taskName: task.name, location: endpoint, endpoint, taskManagerId }
}
