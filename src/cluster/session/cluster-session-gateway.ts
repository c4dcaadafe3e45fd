import type { JobDirectoryEntry } from '../../client/job-directory-entry.js'
import type { RunDirectory } from '../../client/run-directory.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { JobOverview, MultipleJobsOverview } from '../../rest/messages/job-messages.js'
import type { RestRequest, RestResponse } from '../../rest/route.js'
import type {
  SessionGateway,
  SessionJobInfo,
  SessionPlace,
  SessionSubmission,
  SlotCounts,
} from '../../rest/session/session-gateway.js'
import type { JarGateway } from '../../rest/session/jars/jar-gateway.js'
import { disposeSnapshot } from '../dispose-snapshot.js'
import { askJob } from './ask-job.js'
import type { EndedJobs } from './ended-jobs.js'
import type { SessionJob } from './session-job.js'
import type { SessionJobs } from './session-jobs.js'
import type { SlotPool } from './slot-pool.js'

/** A job that lives answers in a moment; a list of jobs waits no longer for one that does not. */
const OVERVIEW_TIMEOUT_MS = 1_000
const ANSWER_TIMEOUT_MS = 60_000
/** What came of an operation, which the process of a job stays to tell for a moment after its end. */
const RESULT = /^\/jobs\/[^/]+\/(?:savepoints|checkpoints)\/[0-9a-f]{32}$/
const OVERVIEW = { method: 'GET', url: '/jobs/overview', body: {} } as const

type AskedRequest = Pick<RestRequest, 'method' | 'url' | 'body'>

export interface ClusterSessionGatewayServices {
  readonly place: SessionPlace
  readonly jars: JarGateway | undefined
  readonly jobs: SessionJobs
  readonly ended: EndedJobs
  readonly runDirectory: RunDirectory
  readonly fileSystems: FileSystems
  readonly slots: Pick<SlotPool, 'total' | 'available' | 'slotsOf'>
  readonly shutDown: () => void
}

/** Answers the REST API of a session. */
export class ClusterSessionGateway implements SessionGateway {
  readonly place: SessionPlace
  readonly jars: JarGateway | undefined
  readonly #services: ClusterSessionGatewayServices

  constructor(services: ClusterSessionGatewayServices) {
    this.place = services.place
    this.jars = services.jars
    this.#services = services
  }

  slots(): SlotCounts {
    const { total, available } = this.#services.slots
    return { total, available }
  }

  async overview(): Promise<readonly JobOverview[]> {
    const overviews = await Promise.all(this.#services.jobs.all().map((job) => this.#overviewOf(job)))
    return overviews.filter((overview) => overview !== undefined)
  }

  jobs(): readonly SessionJobInfo[] {
    return this.#services.jobs.all().map((job) => ({
      jobId: job.jobId,
      state: job.endState ?? (job.phase === 'dead' ? 'RESTARTING' : (job.overview?.state ?? 'INITIALIZING')),
      slots: this.#services.slots.slotsOf(job.jobId),
      pid: job.phase === 'living' ? job.entry?.pid : undefined,
      output: job.record.output,
    }))
  }

  submit(submission: SessionSubmission): Promise<string> {
    return this.#services.jobs.submit(submission)
  }

  async answerOfJob(jobId: string, request: AskedRequest): Promise<RestResponse> {
    const job = this.#services.jobs.find(jobId)
    const { entry, phase } = job
    if (phase === 'ended' && entry !== undefined && RESULT.test(request.url))
      return this.#lastAnswerOf(job, entry, request)
    if (phase !== 'living' || entry === undefined) return this.#answerFor(job, request)
    const { socket } = entry
    try {
      return await askJob(entry, request, ANSWER_TIMEOUT_MS)
    } catch (error) {
      if (!FlinkError.is(error, 'CONTROL_SOCKET_FAILED')) throw error
      await this.#services.jobs.lookAt(job)
      // It has another process meanwhile, which was not asked.
      const next = job.entry
      if (next !== undefined && next.socket !== socket) return askJob(next, request, ANSWER_TIMEOUT_MS)
      if (this.#phaseOf(job) === 'living') throw error
      return this.#answerFor(job, request)
    }
  }

  disposeSavepoint(path: string): Promise<void> {
    return disposeSnapshot(path, this.#services.runDirectory, this.#services.fileSystems)
  }

  shutDown(): void {
    this.#services.shutDown()
  }

  async #lastAnswerOf(job: SessionJob, entry: JobDirectoryEntry, request: AskedRequest): Promise<RestResponse> {
    try {
      return await askJob(entry, request, ANSWER_TIMEOUT_MS)
    } catch (error) {
      if (!FlinkError.is(error, 'CONTROL_SOCKET_FAILED')) throw error
      return this.#answerFor(job, request)
    }
  }

  /** What is said in the place of a job that has no process. */
  async #answerFor(job: SessionJob, request: AskedRequest): Promise<RestResponse> {
    const { jobId, phase } = job
    if (phase === 'ended') return this.#services.ended.answerOf(jobId, job.endState, request)
    const state = phase === 'dead' ? 'RESTARTING' : 'INITIALIZING'
    const { method, url } = request
    if (method === 'PATCH' && /\?(?:.*&)?mode=cancel/i.test(url)) {
      this.#services.jobs.cancel(job)
      return { status: 202, body: {} }
    }
    if (method === 'GET' && url === `/jobs/${jobId}/status`) return { status: 200, body: { status: state } }
    throw new FlinkError('SESSION_JOB_RESTARTS', { jobId })
  }

  async #overviewOf(job: SessionJob): Promise<JobOverview | undefined> {
    if (job.phase === 'living' && job.entry !== undefined) {
      try {
        const { body } = await askJob(job.entry, OVERVIEW, OVERVIEW_TIMEOUT_MS)
        const { jobs } = JSON.parse(String(body)) as MultipleJobsOverview
        const overview = jobs.find(({ jid }) => jid === job.jobId)
        if (overview !== undefined) {
          job.overview = overview
          return overview
        }
      } catch {
        await this.#services.jobs.lookAt(job)
      }
    }
    switch (this.#phaseOf(job)) {
      case 'submitted':
        return job.overviewWithout('INITIALIZING')
      case 'dead':
        return job.overviewWithout('RESTARTING')
      case 'living':
        return job.overviewWithout(job.overview?.state ?? 'INITIALIZING')
      case 'ended': {
        const overview = await this.#services.ended.overviewOf(job.jobId)
        return overview && { ...overview, state: job.endState ?? overview.state }
      }
    }
  }

  /** As it is now: a look may have changed it. */
  #phaseOf({ phase }: SessionJob): SessionJob['phase'] {
    return phase
  }
}
