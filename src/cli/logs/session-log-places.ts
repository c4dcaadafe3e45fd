import { isEndState } from '../../client/job-overview.js'
import { SessionAccess } from '../../client/session-access.js'
import { SessionLogLists, type ListedLog } from '../../client/session-log-lists.js'
import type { SessionRestClient } from '../../client/session-rest-client.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { outputNameOf } from '../../core/logging/log-names.js'
import { outputNumberOf, type LogSource } from './job-log-files.js'

/** A text that a session has of one of its jobs. */
export interface SessionLogPlace {
  readonly source: LogSource
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
}

export interface SessionLogs {
  readonly state: string
  readonly hasEnded: boolean
  /** Output first, the oldest process first. Its log is told by the process that runs the job now, and by no other. */
  readonly places: readonly SessionLogPlace[]
}

/** What a session has of a job: what its processes printed, and the log of the one that it has. JOB_NOT_FOUND. */
export async function findSessionLogs(
  session: SessionRestClient,
  jobId: string,
  timeoutMs: number,
): Promise<SessionLogs> {
  const jobs = await new SessionAccess(session, timeoutMs).listJobs(true)
  const job = jobs.find(({ jid }) => jid === jobId)
  if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  const lists = new SessionLogLists(session, timeoutMs)
  const begin = outputNameOf(jobId)
  const outputs = (await lists.listedAt('/jobmanager/logs'))
    .filter(({ name }) => outputNumberOf(name, begin) > 0)
    .sort((left, right) => outputNumberOf(left.name, begin) - outputNumberOf(right.name, begin))
    .map((file) => placeOf('output', '/jobmanager/logs', file))
  const hasEnded = isEndState(job.state)
  const logs = hasEnded ? [] : await logOf(lists, jobId)
  return { state: job.state, hasEnded, places: [...outputs, ...logs] }
}

/** None where the job is on its way to another process, or ends just now. */
async function logOf(lists: SessionLogLists, jobId: string): Promise<SessionLogPlace[]> {
  try {
    const own = (await lists.taskManagerIds()).filter((id) => jobId.startsWith(id.slice(id.lastIndexOf('-') + 1)))
    const places = own.map(async (id) => {
      const list = `/taskmanagers/${encodeURIComponent(id)}/logs`
      const files = (await lists.listedAt(list)).filter(({ name }) => name.endsWith('.log'))
      return files.map((file) => placeOf('log', list, file))
    })
    return (await Promise.all(places)).flat()
  } catch (error) {
    if (FlinkError.is(error, 'SESSION_REQUEST_FAILED')) return []
    throw error
  }
}

function placeOf(source: LogSource, list: string, { name, size }: ListedLog): SessionLogPlace {
  return { source, name, path: `${list}/${encodeURIComponent(name)}`, sizeBytes: size }
}
