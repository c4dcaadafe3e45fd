import { FlinkError } from '../core/errors/flink-error.js'
import type { JobOverview, MultipleJobsOverview } from '../rest/messages/job-messages.js'
import type { JobAccess } from './job-access.js'
import { overviewOfEntry, type JobDirectoryEntry } from './job-directory-entry.js'
import { isJobOverview, UNRESPONSIVE } from './job-overview.js'
import { RestClient } from './rest-client.js'
import { asEndOfJob, restClientOfJob } from './rest-client-of-job.js'
import type { RunDirectory } from './run-directory.js'

/** A job that lives answers in a moment. `list` waits no longer for one that does not. */
const OVERVIEW_TIMEOUT_MS = 1000

export interface RunDirectoryAccessServices {
  readonly runDirectory: RunDirectory
  readonly sleep: (ms: number) => Promise<void>
}

/** The jobs of this machine: found through the run directory, each asked over its socket. */
export class RunDirectoryAccess implements JobAccess {
  readonly #services: RunDirectoryAccessServices

  constructor(services: RunDirectoryAccessServices) {
    this.#services = services
  }

  async listJobs(withArchived: boolean): Promise<JobOverview[]> {
    const { runDirectory } = this.#services
    // At once and without a look whether they live, which the answer says as well.
    const asked = await Promise.all((await runDirectory.entries()).map((entry) => answerOf(entry)))
    const living: JobOverview[] = []
    for (const [entry, answer] of asked) {
      if (answer !== undefined) living.push(answer)
      else if ((await runDirectory.find(entry.jobId)) !== undefined) living.push(unresponsive(entry))
    }
    const jobs = new Map<string, JobOverview>()
    if (withArchived) for (const job of await runDirectory.archivedJobs()) jobs.set(job.jid, job)
    for (const job of living) jobs.set(job.jid, job)
    return [...jobs.values()]
  }

  clientOf(jobId: string, action: 'cancel' | 'other'): Promise<RestClient | undefined> {
    return restClientOfJob(this.#services.runDirectory, jobId, { action })
  }

  endOf(error: unknown, jobId: string): Promise<unknown> {
    return asEndOfJob(error, jobId, this.#services)
  }
}

/** What a job says of itself; without an answer in time that it says none; undefined where nobody speaks for it. */
async function answerOf(entry: JobDirectoryEntry): Promise<readonly [JobDirectoryEntry, JobOverview | undefined]> {
  try {
    const call = { method: 'GET', path: '/jobs/overview' } as const
    const answer = (await new RestClient(entry).call(call, OVERVIEW_TIMEOUT_MS)) as Partial<MultipleJobsOverview> | null
    const jobs: readonly unknown[] = Array.isArray(answer?.jobs) ? answer.jobs : []
    const job = jobs.filter(isJobOverview).find(({ jid }) => jid === entry.jobId)
    return [entry, job ?? unresponsive(entry)]
  } catch (error) {
    if (!FlinkError.is(error)) throw error
    return [entry, FlinkError.is(error, 'JOB_UNRESPONSIVE') ? unresponsive(entry) : undefined]
  }
}

function unresponsive(entry: JobDirectoryEntry): JobOverview {
  return overviewOfEntry(entry, { state: UNRESPONSIVE, endTime: undefined })
}
