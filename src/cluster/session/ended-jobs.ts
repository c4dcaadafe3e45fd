import type { RunDirectory } from '../../client/run-directory.js'
import { answerOfArchivedJob } from '../archived-job.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { JobOverview } from '../../rest/messages/job-messages.js'
import type { RestRequest, RestResponse } from '../../rest/route.js'

/** What is kept of the jobs of a session that have ended. */
export class EndedJobs {
  readonly #runDirectory: RunDirectory

  constructor(runDirectory: RunDirectory) {
    this.#runDirectory = runDirectory
  }

  /** Undefined where nothing is kept (any more). */
  async overviewOf(jobId: string): Promise<JobOverview | undefined> {
    const archived = await this.#runDirectory.archivedJob(jobId)
    if (archived === undefined) return undefined
    // Of this machine, and nobody's business who asks over TCP.
    const { log: _log, died: _died, left: _left, ...overview } = archived
    return overview
  }

  /** What the job would answer; JOB_NOT_FOUND. */
  async answerOf(
    jobId: string,
    state: string | undefined,
    request: Pick<RestRequest, 'method' | 'url' | 'body'>,
  ): Promise<RestResponse> {
    const overview = await this.overviewOf(jobId)
    if (overview === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    if (state === undefined || state === overview.state) return answerOfArchivedJob(this.#runDirectory, jobId, request)
    const { method, url } = request
    const status = state
    if (method === 'PATCH') {
      if (status === 'CANCELED') return { status: 202, body: {} }
      throw new FlinkError('JOB_ALREADY_TERMINAL', { jobId, state: status })
    }
    if (method !== 'GET') throw new FlinkError('JOB_NOT_RUNNING', { jobId, state: status })
    if (url === `/jobs/${jobId}/status`) return { status: 200, body: { status } }
    throw new FlinkError('JOB_NOT_FOUND', { jobId })
  }
}
