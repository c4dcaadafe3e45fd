import { FlinkError } from '../core/errors/flink-error.js'
import type {
  CheckpointingStatistics,
  JobOverview,
  MultipleJobsOverview,
  ThrowableInfo,
} from '../rest/messages/job-messages.js'
import type {
  AsynchronousOperationResult,
  CheckpointInfo,
  SavepointInfo,
  TriggerResponse,
} from '../rest/messages/operation-messages.js'
import type { JobDirectoryEntry } from './job-directory-entry.js'
import { RestClient } from './rest-client.js'
import type { RunDirectory } from './run-directory.js'

export type { JobOverview } from '../rest/messages/job-messages.js'

/** The first poll comes after 10 ms, then ever later, as Flink's own client does. */
const FIRST_POLL_MS = 10
const LONGEST_POLL_MS = 2000
/** External path of checkpoints that have none, as in Flink. */
const NOT_ADDRESSABLE = '<checkpoint-not-externally-addressable>'

export interface RestClusterClientServices {
  readonly runDirectory: RunDirectory
  readonly sleep: (ms: number) => Promise<void>
  readonly monotonicMs: () => number
  /** Bound on the wait for savepoints and checkpoints (`client.timeout`). */
  readonly timeoutMs: number
}

/** What a job was told to do, and whom to ask for its result: the job may leave the run directory before that is there. */
export interface TriggeredOperation {
  readonly jobId: string
  readonly triggerId: string
  readonly resultPath: string
  readonly client: RestClient
}

/** Finds jobs through the run directory and speaks to each over its socket. */
export class RestClusterClient {
  readonly #services: RestClusterClientServices

  constructor(services: RestClusterClientServices) {
    this.#services = services
  }

  /** Living jobs, and ended ones when asked for. A job that ends while it is asked is left out. */
  async listJobs(withArchived: boolean): Promise<JobOverview[]> {
    const { runDirectory } = this.#services
    const living = await Promise.all((await runDirectory.livingJobs()).map((entry) => this.#overviewOf(entry)))
    const jobs = new Map<string, JobOverview>()
    if (withArchived) for (const job of await runDirectory.archivedJobs()) jobs.set(job.jid, job)
    for (const job of living.flat()) jobs.set(job.jid, job)
    return [...jobs.values()]
  }

  async cancel(jobId: string): Promise<void> {
    const client = await this.#clientOf(jobId, 'cancel')
    if (client === undefined) return
    await client.call({ method: 'PATCH', path: `/jobs/${jobId}?mode=cancel` })
  }

  async triggerSavepoint(
    jobId: string,
    request: { readonly targetDirectory: string | undefined; readonly cancelJob: boolean },
  ): Promise<TriggeredOperation> {
    const body = { 'target-directory': request.targetDirectory ?? null, 'cancel-job': request.cancelJob }
    return this.#trigger(jobId, { operation: 'savepoints', results: 'savepoints' }, body)
  }

  async triggerStop(
    jobId: string,
    request: { readonly targetDirectory: string | undefined; readonly drain: boolean },
  ): Promise<TriggeredOperation> {
    const body = { targetDirectory: request.targetDirectory ?? null, drain: request.drain }
    return this.#trigger(jobId, { operation: 'stop', results: 'savepoints' }, body)
  }

  async triggerCheckpoint(jobId: string, full: boolean): Promise<TriggeredOperation> {
    const body = { checkpointType: full ? 'FULL' : 'CONFIGURED' }
    return this.#trigger(jobId, { operation: 'checkpoints', results: 'checkpoints' }, body)
  }

  /** Waits for a savepoint, or a stop with one; resolves with its URI. */
  async awaitSavepoint(triggered: TriggeredOperation): Promise<string> {
    const info = await this.#poll<SavepointInfo>(triggered)
    if (info.location === undefined) throw remoteFailure(triggered.jobId, info['failure-cause'])
    return info.location
  }

  async awaitCheckpoint(triggered: TriggeredOperation): Promise<number> {
    const info = await this.#poll<CheckpointInfo>(triggered)
    if (info.checkpointId === undefined) throw remoteFailure(triggered.jobId, info.failureCause)
    return info.checkpointId
  }

  /** True when it ends with its job; false also when nobody can tell any more. */
  async isCheckpointInMemory(jobId: string, checkpointId: number): Promise<boolean> {
    try {
      const client = await this.#clientOf(jobId, 'other')
      const answer = await client?.call({ method: 'GET', path: `/jobs/${jobId}/checkpoints` })
      const { history } = answer as CheckpointingStatistics
      const [checkpoint] = history.filter(({ id }) => id === checkpointId)
      return checkpoint?.external_path === NOT_ADDRESSABLE
    } catch (error) {
      // The checkpoint is complete: that the job has ended since is not a failure of it.
      if (FlinkError.is(error)) return false
      throw error
    }
  }

  async #overviewOf(entry: JobDirectoryEntry): Promise<JobOverview[]> {
    try {
      const client = new RestClient(entry.jobId, entry.socket)
      const answer = (await client.call({ method: 'GET', path: '/jobs/overview' })) as MultipleJobsOverview
      return [...answer.jobs]
    } catch (error) {
      // Its process lives or did a moment ago, but nobody listens: it is ending, or the pid belongs to another process.
      if (!FlinkError.is(error, 'CONTROL_SOCKET_FAILED')) throw error
      if (isRefused(error)) await this.#services.runDirectory.removeDead(entry)
      return []
    }
  }

  /** Undefined when the job has ended already as the action would have ended it. */
  async #clientOf(jobId: string, action: 'cancel' | 'other'): Promise<RestClient | undefined> {
    const entry = await this.#services.runDirectory.find(jobId)
    if (entry !== undefined) return new RestClient(jobId, entry.socket)
    const archived = (await this.#services.runDirectory.archivedJobs()).find((job) => job.jid === jobId)
    if (archived === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    if (action === 'cancel' && archived.state === 'CANCELED') return undefined
    throw new FlinkError(action === 'cancel' ? 'JOB_ALREADY_TERMINAL' : 'JOB_NOT_RUNNING', {
      jobId,
      state: archived.state,
    })
  }

  async #trigger(
    jobId: string,
    { operation, results }: { readonly operation: string; readonly results: string },
    body: object,
  ): Promise<TriggeredOperation> {
    const client = await this.#clientOf(jobId, 'other')
    if (client === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    const answer = await client.call({ method: 'POST', path: `/jobs/${jobId}/${operation}`, body })
    const triggerId = (answer as TriggerResponse)['request-id']
    return { jobId, triggerId, resultPath: `/jobs/${jobId}/${results}/${triggerId}`, client }
  }

  async #poll<T>({ jobId, resultPath, client }: TriggeredOperation): Promise<T> {
    const { sleep, monotonicMs, timeoutMs } = this.#services
    const deadline = monotonicMs() + timeoutMs
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_POLL_MS)) {
      await sleep(waitMs)
      const answer = (await client.call({ method: 'GET', path: resultPath })) as AsynchronousOperationResult<T>
      if (answer.status.id === 'COMPLETED' && answer.operation !== null) return answer.operation
      if (monotonicMs() > deadline) break
    }
    const reason = `no result within ${String(timeoutMs / 1000)} s (client.timeout); the job goes on with it`
    throw new FlinkError('CONTROL_SOCKET_FAILED', { jobId, reason })
  }
}

function isRefused(error: FlinkError): boolean {
  const { cause } = error
  return cause instanceof Error && 'code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT')
}

function remoteFailure(jobId: string, cause: ThrowableInfo | undefined): FlinkError {
  const reason = cause === undefined ? '' : messagesOf(cause['stack-trace'])
  return new FlinkError('CONTROL_REQUEST_FAILED', { reason: reason === '' ? `job ${jobId} gave no reason` : reason })
}

/** Of a stack trace what its errors say, without frames and without causes that only repeat. */
function messagesOf(stackTrace: string): string {
  const withoutFrames = stackTrace
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')
  const told: string[] = []
  for (const link of withoutFrames.split('\nCaused by: ')) {
    const message = link.replace(/^(?:FlinkError|ReasonError|Error): /, '').trim()
    if (told.at(-1)?.includes(message) !== true) told.push(message)
  }
  return told.join('\nCaused by: ')
}
