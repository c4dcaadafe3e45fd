import { FlinkError } from '../../core/errors/flink-error.js'
import { JobInspector } from '../../client/job-inspector.js'
import { UNRESPONSIVE } from '../../client/job-overview.js'
import type { RunDirectory } from '../../client/run-directory.js'
import { activityOf, type JobActivity } from './job-activity.js'
import { sampleJob, type JobSample } from './job-sample.js'

/** A job that lives answers in a moment; what is shown is not waited for any longer. */
const ANSWER_TIMEOUT_MS = 2000

/** Looks at one job again and again. */
export class JobWatch {
  readonly jobId: string
  readonly #runDirectory: RunDirectory
  #inspector: JobInspector | undefined
  #before: JobSample | undefined
  #last: JobActivity | undefined

  constructor(runDirectory: RunDirectory, jobId: string) {
    this.#runDirectory = runDirectory
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
      this.#inspector ??= await JobInspector.of(this.#runDirectory, this.jobId, ANSWER_TIMEOUT_MS)
      const sample = await sampleJob(this.#inspector)
      this.#last = activityOf(sample, this.#before)
      this.#before = sample
      return this.#last
    } catch (error) {
      if (this.#last === undefined || !FlinkError.is(error)) throw error
      if ((await this.#runDirectory.find(this.jobId)) === undefined) return undefined
      this.#inspector = undefined
      return { ...this.#last, state: UNRESPONSIVE }
    }
  }

  /** Of a job that has ended: how, as far as it is known. */
  async end(): Promise<string | undefined> {
    return (await this.#runDirectory.archivedJob(this.jobId))?.state
  }
}
