import { FlinkError } from '../../core/errors/flink-error.js'
import type { JobInspector } from '../../client/job-inspector.js'
import { isEndState, UNRESPONSIVE } from '../../client/job-overview.js'
import { activityOf, type JobActivity } from './job-activity.js'
import { sampleJob, type JobSample } from './job-sample.js'
import type { WatchedJobs } from './watched-jobs.js'

/** Looks at one job again and again. */
export class JobWatch {
  readonly jobId: string
  readonly #jobs: WatchedJobs
  #inspector: JobInspector | undefined
  #before: JobSample | undefined
  #last: JobActivity | undefined

  constructor(jobs: WatchedJobs, jobId: string) {
    this.#jobs = jobs
    this.jobId = jobId
  }

  /** What was seen last. */
  get last(): JobActivity | undefined {
    return this.#last
  }

  /**
   * What it does now; as it was seen last, UNRESPONSIVE, where it lives and does not answer; undefined where it has ended and had been
   * seen before. Throws JOB_NOT_FOUND and the like where it had not.
   */
  async look(): Promise<JobActivity | undefined> {
    try {
      this.#inspector ??= await this.#jobs.inspector(this.jobId)
      const sample = await sampleJob(this.#inspector)
      // A session answers for it all the same.
      if (isEndState(sample.state)) return undefined
      this.#last = activityOf(sample, this.#before)
      this.#before = sample
      return this.#last
    } catch (error) {
      if (this.#last === undefined || !FlinkError.is(error)) throw error
      if (!(await this.#jobs.isLiving(this.jobId))) return undefined
      this.#inspector = undefined
      return { ...this.#last, state: UNRESPONSIVE }
    }
  }

  /** Of a job that has ended: how, as far as it is known. */
  end(): Promise<string | undefined> {
    return this.#jobs.end(this.jobId)
  }
}
