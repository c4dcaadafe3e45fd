import { randomBytes } from 'node:crypto'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { NOT_ADDRESSABLE } from '../core/fs/not-addressable.js'
import { durationText } from '../core/time/duration-text.js'
import type { CheckpointingStatistics } from '../rest/messages/checkpoint-messages.js'
import type { JobOverview, JobStartInfo } from '../rest/messages/job-messages.js'
import type {
  AsynchronousOperationResult,
  CheckpointInfo,
  SavepointInfo,
  TriggerResponse,
} from '../rest/messages/operation-messages.js'
import type { JobWatermarksInfo } from '../rest/messages/watermark-messages.js'
import type { JobAccess } from './job-access.js'
import { refusalIn, type RestCall, type RestCaller } from './rest-caller.js'
import { remoteFailure } from './remote-failure.js'
import { notUnderstood } from './rest-client-of-job.js'
import type { RunDirectory } from './run-directory.js'
import { RunDirectoryAccess } from './run-directory-access.js'
import { SessionAccess } from './session-access.js'
import type { SessionRestClient } from './session-rest-client.js'
import { describeWait, pendingOf, progressOf } from './slow-operation.js'

export type { JobOverview, JobStartInfo } from '../rest/messages/job-messages.js'
export type {
  DroppedRecordsInfo,
  InputWatermarkInfo,
  JobWatermarksInfo,
  SplitWatermarkInfo,
  VertexWatermarksInfo,
  WatermarkHolderInfo,
  WatermarkMakerInfo,
} from '../rest/messages/watermark-messages.js'

/** The first poll comes after 10 ms, then ever later, as Flink's own client does. */
const FIRST_POLL_MS = 10
/** Below the time for which a job that has ended waits for whoever told it to. */
const LONGEST_POLL_MS = 1000
/** Of the time that a stop has taken so long goes by before the next look. */
const STOP_POLL_SHARE = 0.05
/** Whoever waits so long is told for what. */
const SLOW_MS = 10_000
/** Nobody reads what changes sooner. */
const SHOWN_AFTER_MS = 200

export interface RestClusterClientServices {
  readonly runDirectory: RunDirectory
  /** Where the jobs of a session are meant, and not those of this machine. */
  readonly session?: SessionRestClient | undefined
  readonly sleep: (ms: number) => Promise<void>
  readonly monotonicMs: () => number
  /** Bound on the wait for answers, savepoints and checkpoints (`client.timeout`). */
  readonly timeoutMs: number
}

/** What a job was told to do, and whom to ask for its result: the job may leave the run directory before that is there. */
export interface TriggeredOperation {
  readonly jobId: string
  readonly triggerId: string
  readonly resultPath: string
  readonly client: RestCaller
}

/** How long an operation is waited for, and how long until the next look at it, after so long a wait. */
interface Patience {
  readonly timeoutMs: number
  readonly pollMs: (waitedMs: number) => number
  /** That no answer comes is no reason to give up, as long as the process lives. */
  readonly bearsSilence?: boolean
  /** There where somebody looks. */
  readonly howFar?: TellHowFar
}

/** What is known where nothing was answered. */
const SILENCE = { status: { id: 'IN_PROGRESS' } } as const

/** Is given a sentence, once, where a wait takes long. */
export type TellSlow = (text: string) => void

/** Is given how far it is, again and again. */
export type TellHowFar = (text: string) => void

/** What the commands ask of jobs: of those of this machine each over its socket, or of a session over TCP. */
export class RestClusterClient {
  readonly #services: RestClusterClientServices
  readonly #jobs: JobAccess

  constructor(services: RestClusterClientServices) {
    this.#services = services
    const { session, timeoutMs } = services
    this.#jobs = session === undefined ? new RunDirectoryAccess(services) : new SessionAccess(session, timeoutMs)
  }

  /**
   * Living jobs, and ended ones when asked for. A job that ends while it is asked is left out; one that lives and gives no
   * answer has the state UNRESPONSIVE.
   */
  listJobs(withArchived: boolean): Promise<JobOverview[]> {
    return this.#jobs.listJobs(withArchived)
  }

  async cancel(jobId: string): Promise<void> {
    const client = await this.#clientOf(jobId, 'cancel')
    if (client === undefined) return
    try {
      await this.#call(client, jobId, { method: 'PATCH', path: `/jobs/${jobId}?mode=cancel` })
    } catch (error) {
      // Whoever else cancelled it was faster.
      if (FlinkError.is(error, 'JOB_NOT_RUNNING') && error.details['state'] === 'CANCELED') return
      if (refusalIn(error)?.includes('(CANCELED)') === true) return
      throw error
    }
  }

  /** Of a session, which removes a snapshot that lies where it is: path or URI. */
  async disposeSavepoint(session: SessionRestClient, path: string): Promise<void> {
    const { timeoutMs } = this.#services
    const call = { method: 'POST', path: '/savepoint-disposal', body: { 'savepoint-path': path } } as const
    const answer = (await session.call(call, timeoutMs)) as Partial<TriggerResponse> | null
    const triggerId = answer?.['request-id']
    if (triggerId === undefined) throw session.notUnderstood('it names no operation')
    const resultPath = `/savepoint-disposal/${triggerId}`
    const triggered = { jobId: 'none', triggerId, resultPath, client: session }
    const result = await this.#poll<SavepointInfo>(triggered, tellNobody, this.#patience())
    if (result['failure-cause'] !== undefined) throw remoteFailure(triggered.jobId, result['failure-cause'])
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
  async awaitSavepoint(
    triggered: TriggeredOperation,
    tell: TellSlow = tellNobody,
    howFar?: TellHowFar,
  ): Promise<string> {
    const info = await this.#poll<SavepointInfo>(triggered, tell, this.#patience(howFar))
    if (info.location === undefined) throw remoteFailure(triggered.jobId, info['failure-cause'])
    return info.location
  }

  /** A stop with a savepoint, as long as it takes: nothing runs between it and what is to come next, so that it is noticed soon. */
  async awaitStop(triggered: TriggeredOperation, tell: TellSlow = tellNobody): Promise<string> {
    const pollMs = (waitedMs: number): number =>
      Math.min(Math.max(FIRST_POLL_MS, waitedMs * STOP_POLL_SHARE), LONGEST_POLL_MS)
    const info = await this.#poll<SavepointInfo>(triggered, tell, { timeoutMs: Infinity, pollMs, bearsSilence: true })
    if (info.location === undefined) throw remoteFailure(triggered.jobId, info['failure-cause'])
    return info.location
  }

  async awaitCheckpoint(
    triggered: TriggeredOperation,
    tell: TellSlow = tellNobody,
    howFar?: TellHowFar,
  ): Promise<number> {
    const info = await this.#poll<CheckpointInfo>(triggered, tell, this.#patience(howFar))
    if (info.checkpointId === undefined) throw remoteFailure(triggered.jobId, info.failureCause)
    return info.checkpointId
  }

  /** Of a job that runs. */
  async status(jobId: string): Promise<string> {
    const answer = (await this.#ask(jobId, '/status')) as { readonly status?: unknown } | null
    if (typeof answer?.status !== 'string') throw notUnderstood(jobId)
    return answer.status
  }

  /** How the program of the job was started; undefined where its engine is too old to say. */
  async startOf(jobId: string): Promise<JobStartInfo | undefined> {
    try {
      const answer = (await this.#ask(jobId, '/start')) as Partial<JobStartInfo> | null
      if (typeof answer?.jobFile !== 'string') throw notUnderstood(jobId)
      return answer as JobStartInfo
    } catch (error) {
      if (isUnknownPath(error)) return undefined
      throw error
    }
  }

  /** Where event time stands in the job. */
  async watermarks(jobId: string): Promise<JobWatermarksInfo> {
    const answer = (await this.#ask(jobId, '/watermarks')) as Partial<JobWatermarksInfo> | null
    if (!Array.isArray(answer?.vertices)) throw notUnderstood(jobId)
    return answer as JobWatermarksInfo
  }

  /** Where a completed checkpoint lies, NOT_ADDRESSABLE where it ends with its job; undefined when nobody can tell any more. */
  async pathOfCheckpoint(jobId: string, checkpointId: number): Promise<string | undefined> {
    try {
      const client = await this.#clientOf(jobId, 'other')
      const call = { method: 'GET', path: `/jobs/${jobId}/checkpoints` } as const
      const answer = (await client?.call(call, this.#services.timeoutMs)) as Partial<CheckpointingStatistics> | null
      const checkpoint = answer?.history?.find(({ id }) => id === checkpointId)
      return checkpoint?.external_path ?? undefined
    } catch (error) {
      // The checkpoint is complete: that the job has ended since is not a failure of it.
      if (FlinkError.is(error)) return undefined
      throw error
    }
  }

  /** `file:` URI of the newest completed checkpoint of a job that runs; CHECKPOINT_NOT_READABLE where there is none on a disk. */
  async newestCheckpoint(jobId: string): Promise<string> {
    const answer = (await this.#ask(jobId, '/checkpoints')) as Partial<CheckpointingStatistics> | null
    if (!Array.isArray(answer?.history)) throw notUnderstood(jobId)
    const history = answer.history as CheckpointingStatistics['history']
    const completed = history.filter((each) => each.status === 'COMPLETED' && !each.is_savepoint)
    const [newest] = [...completed].sort((left, right) => right.id - left.id)
    const location = newest?.external_path ?? undefined
    if (location !== undefined && location !== NOT_ADDRESSABLE) return location
    const reason =
      newest === undefined
        ? 'it has completed none yet. Wait for one, or take one with flink-ts checkpoint'
        : 'its checkpoints are kept in memory. Take a savepoint with flink-ts savepoint, and name that'
    throw new FlinkError('CHECKPOINT_NOT_READABLE', { jobId, reason })
  }

  async #ask(jobId: string, about: string): Promise<unknown> {
    const client = await this.#clientOf(jobId, 'other')
    if (client === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    return this.#call(client, jobId, { method: 'GET', path: `/jobs/${jobId}${about}` })
  }

  /** An answer of a job; where it ends meanwhile, that is what is thrown. */
  async #call(client: RestCaller, jobId: string, call: RestCall): Promise<unknown> {
    try {
      return await client.call(call, this.#services.timeoutMs)
    } catch (error) {
      throw await this.#jobs.endOf(error, jobId)
    }
  }

  /** Undefined when the job has ended already as the action would have ended it. */
  #clientOf(jobId: string, action: 'cancel' | 'other'): Promise<RestCaller | undefined> {
    return this.#jobs.clientOf(jobId, action)
  }

  async #trigger(
    jobId: string,
    { operation, results }: { readonly operation: string; readonly results: string },
    body: object,
  ): Promise<TriggeredOperation> {
    const client = await this.#clientOf(jobId, 'other')
    if (client === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    // One of its own, so that what is asked again, for want of an answer, is the same operation.
    const asked = { ...body, triggerId: randomBytes(16).toString('hex') }
    const call = { method: 'POST', path: `/jobs/${jobId}/${operation}`, body: asked } as const
    const answer = (await this.#call(client, jobId, call)) as Partial<TriggerResponse> | null
    const triggerId = answer?.['request-id']
    if (triggerId === undefined) throw notUnderstood(jobId)
    return { jobId, triggerId, resultPath: `/jobs/${jobId}/${results}/${triggerId}`, client }
  }

  /** The job may end, or say nothing of use, meanwhile: what it was told to do is waited for all the same. */
  async #tellSlow({ jobId, client }: TriggeredOperation, tell: TellSlow): Promise<void> {
    const ask = (path: string): Promise<unknown> => client.call({ method: 'GET', path }, this.#services.timeoutMs)
    try {
      const [details, statistics] = await Promise.all([ask(`/jobs/${jobId}`), ask(`/jobs/${jobId}/checkpoints`)])
      const pending = pendingOf(statistics ?? {})
      const parts = pending === undefined ? {} : await ask(`/jobs/${jobId}/checkpoints/details/${String(pending.id)}`)
      tell(describeWait({ details: details ?? {}, statistics: statistics ?? {}, pending: parts ?? {} }))
    } catch {
      // There is nothing to tell.
    }
  }

  async #tellHowFar({ jobId, client }: TriggeredOperation, tell: TellHowFar): Promise<void> {
    try {
      const call = { method: 'GET', path: `/jobs/${jobId}/checkpoints` } as const
      const progress = progressOf((await client.call(call, this.#services.timeoutMs)) ?? {})
      if (progress !== undefined) tell(progress)
    } catch {
      // There is nothing to tell.
    }
  }

  /** The first look comes soon, then ever later ones. */
  #patience(howFar?: TellHowFar): Patience {
    let waitMs = FIRST_POLL_MS / 2
    return {
      timeoutMs: this.#services.timeoutMs,
      pollMs: () => {
        waitMs = Math.min(2 * waitMs, LONGEST_POLL_MS)
        return waitMs
      },
      ...(howFar !== undefined && { howFar }),
    }
  }

  async #poll<T>(triggered: TriggeredOperation, tell: TellSlow, patience: Patience): Promise<T> {
    const { jobId, resultPath, client } = triggered
    const { sleep, monotonicMs } = this.#services
    const { timeoutMs, pollMs, bearsSilence = false, howFar } = patience
    const begin = monotonicMs()
    let isTold = false
    for (;;) {
      const beforeMs = monotonicMs() - begin
      await sleep(Math.min(pollMs(beforeMs), Math.max(0, timeoutMs - beforeMs)))
      const call = { method: 'GET', path: resultPath } as const
      const answer = await this.#call(client, jobId, call).catch((error: unknown) => {
        if (!bearsSilence || !FlinkError.is(error, 'JOB_UNRESPONSIVE')) throw error
        if (!isTold) tell(messageOf(error))
        isTold = true
        return SILENCE
      })
      const { status, operation = null } = (answer ?? {}) as Partial<AsynchronousOperationResult<T>>
      if (status === undefined) throw notUnderstood(jobId)
      if (status.id === 'COMPLETED' && operation !== null) return operation
      const waitedMs = monotonicMs() - begin
      if (waitedMs >= timeoutMs) break
      if (howFar !== undefined && waitedMs >= SHOWN_AFTER_MS) await this.#tellHowFar(triggered, howFar)
      if (!isTold && waitedMs >= SLOW_MS) {
        isTold = true
        await this.#tellSlow(triggered, tell)
      }
    }
    throw new FlinkError('JOB_RESULT_TIMED_OUT', { jobId, timeout: durationText(timeoutMs) })
  }
}

function tellNobody(): void {
  // Whoever wants to know gives a function.
}

/** Of an engine that has no such question; what refuses a question that it has says why. */
function isUnknownPath(error: unknown): boolean {
  return refusalIn(error)?.startsWith('Not found: ') === true
}
