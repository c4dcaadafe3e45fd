import { FlinkError } from '../core/errors/flink-error.js'
import type { JobOverview, MultipleJobsOverview } from '../rest/messages/job-messages.js'
import type { JobAccess } from './job-access.js'
import { isEndState, isJobOverview } from './job-overview.js'
import { refusalIn } from './rest-caller.js'
import type { SessionRestClient } from './session-rest-client.js'

/** The jobs of a session, which speaks for all of them. */
export class SessionAccess implements JobAccess {
  readonly #session: SessionRestClient
  readonly #timeoutMs: number

  constructor(session: SessionRestClient, timeoutMs: number) {
    this.#session = session
    this.#timeoutMs = timeoutMs
  }

  async listJobs(withArchived: boolean): Promise<JobOverview[]> {
    const answer = await this.#session.call({ method: 'GET', path: '/jobs/overview' }, this.#timeoutMs)
    const { jobs } = (answer ?? {}) as Partial<MultipleJobsOverview>
    if (!Array.isArray(jobs)) throw this.#session.notUnderstood('it lists no jobs')
    return jobs.filter(isJobOverview).filter(({ state }) => withArchived || !isEndState(state))
  }

  clientOf(): Promise<SessionRestClient> {
    return Promise.resolve(this.#session)
  }

  /** A session says that a job has ended, or is not known, in words alone. */
  endOf(error: unknown, jobId: string): Promise<unknown> {
    return Promise.resolve(
      isUnknownJob(error, jobId) ? new FlinkError('JOB_NOT_FOUND', { jobId }, { cause: error }) : error,
    )
  }
}

/** By this session's words and by those of Apache Flink's. */
function isUnknownJob(error: unknown, jobId: string): boolean {
  const reason = refusalIn(error) ?? ''
  return reason.includes(`Job ${jobId} not found`) || reason.includes(`Could not find Flink job (${jobId})`)
}
