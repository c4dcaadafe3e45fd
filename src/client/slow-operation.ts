import { byteSize } from '../core/io/byte-size.js'
import { durationText } from '../core/time/duration-text.js'
import type {
  CheckpointingStatistics,
  CheckpointStatistics,
  CheckpointStatisticsWithTasks,
} from '../rest/messages/checkpoint-messages.js'
import type { JobDetailsInfo, JobVertexInfo } from '../rest/messages/job-messages.js'

const NAMED_TASKS = 5

/** What a job says of itself while somebody waits for a snapshot, or for its end with one. */
export interface WaitedFor {
  readonly details: Partial<JobDetailsInfo>
  readonly statistics: Partial<CheckpointingStatistics>
  /** Of the snapshot that is pending, where the job tells it. */
  readonly pending?: Partial<CheckpointStatisticsWithTasks>
}

/** What is waited for, as a sentence: the snapshot, or the tasks that do not end after it. */
export function describeWait({ details, statistics, pending: parts }: WaitedFor): string {
  const pending = pendingOf(statistics)
  const tasks = livingTasks(details.vertices ?? [])
  if (pending !== undefined) {
    const what = pending.is_savepoint ? 'savepoint' : 'checkpoint'
    const age = durationText(Math.max(0, (details.now ?? 0) - pending.trigger_timestamp))
    const missing = missingTasks(details.vertices ?? [], parts?.tasks ?? {})
    const whose = missing === 'none' ? `its tasks are ${tasks}` : `it waits for ${missing}`
    const aligned = pending.is_savepoint ? ' No savepoint overtakes the records that are under way to them.' : ''
    return `${what} ${String(pending.id)} is not complete after ${age}; ${whose}.${aligned}`
  }
  const [newest] = (statistics.history ?? []).toSorted((one, other) => other.id - one.id)
  if (newest?.is_savepoint !== true || newest.status !== 'COMPLETED') {
    return `its snapshot has not begun; the job is ${details.state ?? 'there'}, its tasks are ${tasks}.`
  }
  const place = newest.external_path === null ? '' : ` (${newest.external_path})`
  const left = tasks === 'none' ? 'its operator coordinators' : tasks
  return `its savepoint is complete${place}, the job is at its end and waits for ${left}. Does a close or a promise not return there?`
}

/** How far the snapshot is that is pending; undefined where there is none. */
export function progressOf(statistics: Partial<CheckpointingStatistics>): string | undefined {
  const pending = pendingOf(statistics)
  if (pending === undefined) return undefined
  const { num_acknowledged_subtasks: acknowledged, num_subtasks: all, state_size: bytes } = pending
  return `${String(acknowledged)} of ${String(all)} tasks, ${byteSize(bytes)}`
}

/** A savepoint before a checkpoint that the job takes meanwhile. */
export function pendingOf({ history = [] }: Partial<CheckpointingStatistics>): CheckpointStatistics | undefined {
  const pending = history.filter(({ status }) => status === 'IN_PROGRESS')
  return pending.find((each) => each.is_savepoint) ?? pending[0]
}

/** Which subtasks have not acknowledged it: `Map (1 of 2)`, `none` where all have or nothing is known of them. */
function missingTasks(
  vertices: readonly JobVertexInfo[],
  parts: Readonly<Partial<CheckpointStatisticsWithTasks['tasks']>>,
): string {
  return namedTasks(vertices, ({ id }) => {
    const { num_subtasks: all = 0, num_acknowledged_subtasks: acknowledged = 0 } = parts[id] ?? {}
    return all - acknowledged
  })
}

function livingTasks(vertices: readonly JobVertexInfo[]): string {
  return namedTasks(
    vertices,
    ({ parallelism, tasks }) =>
      parallelism - (tasks['FINISHED'] ?? 0) - (tasks['CANCELED'] ?? 0) - (tasks['FAILED'] ?? 0),
  )
}

/** `Map (1 of 2)`, `none` where no vertex has any. */
function namedTasks(vertices: readonly JobVertexInfo[], countOf: (vertex: JobVertexInfo) => number): string {
  const named = vertices.flatMap((vertex) => {
    const count = countOf(vertex)
    return count > 0 ? [`${vertex.name} (${String(count)} of ${String(vertex.parallelism)})`] : []
  })
  if (named.length === 0) return 'none'
  const others = named.length - NAMED_TASKS
  return [...named.slice(0, NAMED_TASKS), ...(others > 0 ? [`${String(others)} more`] : [])].join('; ')
}
