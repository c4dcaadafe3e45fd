import type { JobOverview } from '../rest/messages/job-messages.js'
import type { RestCaller } from './rest-caller.js'

/** How jobs are found, and who speaks for each. */
export interface JobAccess {
  /** Jobs that live, and ended ones when asked for. */
  listJobs(withArchived: boolean): Promise<JobOverview[]>
  /** Undefined where the job has ended already as the action would have ended it. */
  clientOf(jobId: string, action: 'cancel' | 'other'): Promise<RestCaller | undefined>
  /** What is to be thrown for an error of an exchange about a job: that it has ended, where that is so, says more. */
  endOf(error: unknown, jobId: string): Promise<unknown>
}
