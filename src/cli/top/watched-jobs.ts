import { JobInspector } from '../../client/job-inspector.js'
import { isEndState } from '../../client/job-overview.js'
import type { RunDirectory } from '../../client/run-directory.js'
import { SessionAccess } from '../../client/session-access.js'
import type { SessionRestClient } from '../../client/session-rest-client.js'

/** A job that lives answers in a moment; what is shown is not waited for any longer. */
const ANSWER_TIMEOUT_MS = 2000

/** The jobs that there is a look at, wherever they are. */
export interface WatchedJobs {
  /** Ids of those that live. */
  living(): Promise<readonly string[]>
  isLiving(jobId: string): Promise<boolean>
  /** JOB_NOT_FOUND, JOB_NOT_RUNNING and the like where it does not run. */
  inspector(jobId: string): Promise<JobInspector>
  /** Of a job that has ended: how, as far as it is known. */
  end(jobId: string): Promise<string | undefined>
}

export function jobsOfMachine(runDirectory: RunDirectory): WatchedJobs {
  return {
    living: async () => (await runDirectory.livingJobs()).map(({ jobId }) => jobId),
    isLiving: async (jobId) => (await runDirectory.find(jobId)) !== undefined,
    inspector: (jobId) => JobInspector.of(runDirectory, jobId, ANSWER_TIMEOUT_MS),
    end: async (jobId) => (await runDirectory.archivedJob(jobId))?.state,
  }
}

/** One that cannot be asked now, as while it is started again, has not ended for that. */
export function jobsOfSession(session: SessionRestClient): WatchedJobs {
  const access = new SessionAccess(session, ANSWER_TIMEOUT_MS)
  const stateOf = async (jobId: string): Promise<string | undefined> =>
    (await access.listJobs(true)).find(({ jid }) => jid === jobId)?.state
  return {
    living: async () => (await access.listJobs(false)).map(({ jid }) => jid),
    isLiving: async (jobId) => {
      try {
        return !isEndState((await stateOf(jobId)) ?? 'FINISHED')
      } catch {
        return true
      }
    },
    inspector: (jobId) => JobInspector.inSession(session, jobId, ANSWER_TIMEOUT_MS),
    end: stateOf,
  }
}
