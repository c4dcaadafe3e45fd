import type { JobOverview } from '../../client/rest-cluster-client.js'
import { shownJobs, type JobTableSections } from './job-table.js'

/** A job as `list --json` has it. Times are epoch ms. */
export interface ListedJob {
  readonly jobId: string
  readonly name: string
  readonly state: string
  readonly startTimeMs: number
  /** Null while it has not ended. */
  readonly endTimeMs: number | null
  /** Null where it has never been restarted. */
  readonly restarts: { readonly count: number; readonly sinceMs: number } | null
  /** Null unless its process ended without a word. */
  readonly died: { readonly checkpoints: string | null; readonly isRecoverable: boolean } | null
  /** Subtasks by state. */
  readonly tasks: Readonly<Record<string, number>>
}

export function jobsDocument(jobs: readonly JobOverview[], sections: JobTableSections): ListedJob[] {
  return shownJobs(jobs, sections).map((job) => {
    const { jid, name, state, restarts, died } = job
    return {
      jobId: jid,
      name,
      state,
      startTimeMs: job['start-time'],
      endTimeMs: job['end-time'] < 0 ? null : job['end-time'],
      restarts: restarts === undefined ? null : { count: restarts.count, sinceMs: restarts.since },
      died:
        died === undefined
          ? null
          : { checkpoints: died.checkpoints ?? null, isRecoverable: died.isRecoverable ?? false },
      // Of an engine of another version, or an archive that anybody may have written.
      tasks: { ...((job as Partial<JobOverview>).tasks ?? {}) },
    }
  })
}
