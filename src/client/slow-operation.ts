import { durationText } from '../core/time/duration-text.js'
import type { CheckpointingStatistics, JobDetailsInfo, JobVertexInfo } from '../rest/messages/job-messages.js'

const NAMED_TASKS = 5

/** What a job says of itself while somebody waits for a snapshot, or for its end with one. */
export interface WaitedFor {
  readonly details: Partial<JobDetailsInfo>
  readonly statistics: Partial<CheckpointingStatistics>
}

/** What is waited for, as a sentence: the snapshot, or the tasks that do not end after it. */
export function describeWait({ details, statistics }: WaitedFor): string {
  const pending = statistics.history?.find(({ status }) => status === 'IN_PROGRESS')
  const tasks = livingTasks(details.vertices ?? [])
  if (pending !== undefined) {
    const what = pending.is_savepoint ? 'savepoint' : 'checkpoint'
    const age = durationText(Math.max(0, (details.now ?? 0) - pending.trigger_timestamp))
    return `${what} ${String(pending.id)} is not complete after ${age}; its tasks are ${tasks}.`
  }
  const [newest] = (statistics.history ?? []).toSorted((one, other) => other.id - one.id)
  if (newest?.is_savepoint !== true || newest.status !== 'COMPLETED') {
    return `its snapshot has not begun; the job is ${details.state ?? 'there'}, its tasks are ${tasks}.`
  }
  const place = newest.external_path === null ? '' : ` (${newest.external_path})`
  const left = tasks === 'none' ? 'its operator coordinators' : tasks
  return `its savepoint is complete${place}, the job is at its end and waits for ${left}. Does a close or a promise not return there?`
}

/** `Map (1 of 2)`, `none` where all have ended. */
function livingTasks(vertices: readonly JobVertexInfo[]): string {
  const living = vertices.flatMap(({ name, parallelism, tasks }) => {
    const ended = (tasks['FINISHED'] ?? 0) + (tasks['CANCELED'] ?? 0) + (tasks['FAILED'] ?? 0)
    return ended < parallelism ? [`${name} (${String(parallelism - ended)} of ${String(parallelism)})`] : []
  })
  if (living.length === 0) return 'none'
  const others = living.length - NAMED_TASKS
  return [...living.slice(0, NAMED_TASKS), ...(others > 0 ? [`${String(others)} more`] : [])].join('; ')
}
