import { FlinkError } from '../core/errors/flink-error.js'
import { adviceOnDeath } from './job-overview.js'
import { RestClient } from './rest-client.js'
import type { RunDirectory } from './run-directory.js'

/** What is wanted of the job: one that has been cancelled already needs not be cancelled again. */
export interface WantedOfJob {
  readonly action: 'cancel' | 'other'
  /** As of `RestClient`: kept for who asks often. */
  readonly connections?: 'kept' | 'new'
}

/**
 * Who speaks for a job that runs; undefined where it has ended already as the action would have ended it. JOB_NOT_FOUND,
 * JOB_NOT_RUNNING, JOB_ALREADY_TERMINAL or JOB_PROCESS_DIED where nobody does.
 */
export async function restClientOfJob(
  runDirectory: RunDirectory,
  jobId: string,
  { action, connections = 'new' }: WantedOfJob,
): Promise<RestClient | undefined> {
  const entry = await runDirectory.find(jobId)
  if (entry !== undefined) return new RestClient(entry, connections)
  const archived = await runDirectory.archivedJob(jobId)
  if (archived === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  const { state, died } = archived
  if (action === 'cancel' && state === 'CANCELED') return undefined
  if (died !== undefined) throw new FlinkError('JOB_PROCESS_DIED', { jobId, advice: adviceOnDeath(died, jobId) })
  throw new FlinkError(action === 'cancel' ? 'JOB_ALREADY_TERMINAL' : 'JOB_NOT_RUNNING', { jobId, state })
}

/** Who answers on the socket of a job and says what no job would. */
export function notUnderstood(jobId: string): FlinkError {
  return new FlinkError('CONTROL_SOCKET_FAILED', { jobId, reason: 'what answers there is no job of flink-ts' })
}

/** A process that is killed may take its connections along before its socket. */
const LOOKS = 5
const LOOK_MS = 100

/**
 * What is to be thrown where a connection to a job broke: that the job has ended, or its process has died, where that is so, which says
 * more than how the connection did, its cause. Any other error is returned as it is.
 */
export async function asEndOfJob(
  error: unknown,
  jobId: string,
  { runDirectory, sleep }: { readonly runDirectory: RunDirectory; readonly sleep: (ms: number) => Promise<void> },
): Promise<unknown> {
  if (!FlinkError.is(error, 'CONTROL_SOCKET_FAILED')) return error
  for (let look = 0; look < LOOKS; look += 1) {
    try {
      await restClientOfJob(runDirectory, jobId, { action: 'other' })
    } catch (end) {
      if (!FlinkError.is(end, 'JOB_PROCESS_DIED') && !FlinkError.is(end, 'JOB_NOT_RUNNING')) return error
      end.cause = error
      return end
    }
    await sleep(LOOK_MS)
  }
  return error
}
