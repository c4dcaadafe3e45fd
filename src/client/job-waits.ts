import { FlinkError } from '../core/errors/flink-error.js'
import { startOfProcess } from '../core/process/process-start.js'
import { durationText } from '../core/time/duration-text.js'
import type { JobDetailsInfo } from '../rest/messages/job-messages.js'
import type { JobDirectoryEntry } from './job-directory-entry.js'
import { isEndState, UNRESPONSIVE } from './job-overview.js'
import { RestClient } from './rest-client.js'
import type { RestClusterClientServices } from './rest-cluster-client.js'
import type { SessionRestClient } from './session-rest-client.js'

const FIRST_LOOK_MS = 20
const LONGEST_PAUSE_MS = 500
/** The last look comes when no time is left, and is to see what is there all the same. */
const SHORTEST_LOOK_MS = 1000
/** A job that has ended leaves its process within moments, unless its program has more to do. */
const PROCESS_GRACE_MS = 5000

/** Which process a job has: known before the job is told to end, or as it began, as its entry may have gone since. */
export type KnownProcess = Pick<JobDirectoryEntry, 'jobId' | 'pid' | 'processStart'>

/**
 * Waits until a job has come to its end: it is archived, and its process has ended, unless that has another job or goes on with something
 * else. Returns the state in which it ended. JOB_WAIT_TIMED_OUT.
 */
export async function awaitEndOfJob(
  jobId: string,
  services: RestClusterClientServices,
  known?: KnownProcess,
): Promise<string> {
  const { runDirectory, session } = services
  if (session !== undefined) return endInSession(jobId, session, services)
  let last = known
  await until('at its end', jobId, services, async () => {
    const entry = await runDirectory.find(jobId)
    last = entry ?? last
    return entry === undefined ? undefined : 'still there'
  })
  const archived = await runDirectory.archivedJob(jobId)
  if (archived === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  if (last !== undefined) await processGone(last, services)
  return archived.state
}

async function endInSession(
  jobId: string,
  session: SessionRestClient,
  services: RestClusterClientServices,
): Promise<string> {
  let reached = ''
  await until('at its end', jobId, services, async (leftMs) => {
    const answer = await session.call({ method: 'GET', path: `/jobs/${jobId}/status` }, leftMs)
    const { status } = (answer ?? {}) as { readonly status?: unknown }
    reached = typeof status === 'string' ? status : UNRESPONSIVE
    return isEndState(reached) ? undefined : reached
  })
  return reached
}

/**
 * Waits until all tasks of a job run; also one that has finished by then did so. Returns its state. Where it ends otherwise before:
 * JOB_ENDED_BEFORE_RUNNING, once its process has ended, whose last words in `output` are why; JOB_WAIT_TIMED_OUT.
 */
export async function awaitRunningJob(
  known: KnownProcess,
  output: string,
  services: RestClusterClientServices,
): Promise<string> {
  const { jobId } = known
  const { runDirectory } = services
  let reached = 'RUNNING'
  await until('RUNNING with all of its tasks', jobId, services, async (leftMs) => {
    const entry = await runDirectory.find(jobId)
    const state =
      entry === undefined ? ((await runDirectory.archivedJob(jobId))?.state ?? 'gone') : await stateOf(entry, leftMs)
    if (state === 'FINISHED') reached = state
    if (state === 'RUNNING' || state === 'FINISHED') return undefined
    if (entry === undefined || state === 'FAILED' || state === 'CANCELED') {
      await processGone(known, services)
      throw new FlinkError('JOB_ENDED_BEFORE_RUNNING', { jobId, state, output })
    }
    return state
  })
  return reached
}

/** How many tasks of a job run, or have finished, and of how many. */
export async function runningTasks(
  entry: JobDirectoryEntry,
  timeoutMs: number,
): Promise<{ readonly state: string; readonly running: number; readonly all: number }> {
  const call = { method: 'GET', path: `/jobs/${entry.jobId}` } as const
  const answer = ((await new RestClient(entry).call(call, timeoutMs)) ?? {}) as Partial<JobDetailsInfo>
  const { state = UNRESPONSIVE, vertices = [] } = answer
  let [running, all] = [0, 0]
  for (const { parallelism, tasks } of vertices) {
    running += (tasks['RUNNING'] ?? 0) + (tasks['FINISHED'] ?? 0)
    all += parallelism
  }
  return { state, running, all }
}

/** What it says of itself, but RUNNING only where all of its tasks are. */
async function stateOf(entry: JobDirectoryEntry, timeoutMs: number): Promise<string> {
  try {
    const { state, running, all } = await runningTasks(entry, timeoutMs)
    return state !== 'RUNNING' || running === all ? state : 'RUNNING, some of its tasks not yet'
  } catch (error) {
    // It may be at its end, or be kept from answering: the next look says which.
    if (FlinkError.is(error)) return UNRESPONSIVE
    throw error
  }
}

/** Looks again and again until there is nothing left that says how far it is. A look is told how long it may take. */
async function until(
  awaited: string,
  jobId: string,
  { sleep, monotonicMs, timeoutMs }: RestClusterClientServices,
  look: (leftMs: number) => Promise<string | undefined>,
): Promise<void> {
  const begin = monotonicMs()
  const left = (): number => Math.max(0, timeoutMs - (monotonicMs() - begin))
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const state = await look(Math.max(SHORTEST_LOOK_MS, left()))
    if (state === undefined) return
    if (left() === 0) {
      throw new FlinkError('JOB_WAIT_TIMED_OUT', { jobId, awaited, state, timeout: durationText(timeoutMs) })
    }
    await sleep(Math.min(pauseMs, left()))
  }
}

async function processGone(
  { jobId, pid, processStart }: KnownProcess,
  { runDirectory, sleep, monotonicMs }: RestClusterClientServices,
): Promise<void> {
  const begin = monotonicMs()
  while (processStart !== undefined && monotonicMs() - begin < PROCESS_GRACE_MS) {
    if ((await startOfProcess(pid)) !== processStart) return
    if ((await runDirectory.entries()).some((other) => other.pid === pid && other.jobId !== jobId)) return
    await sleep(FIRST_LOOK_MS)
  }
}
