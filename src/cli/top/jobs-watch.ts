import { FlinkError } from '../../core/errors/flink-error.js'
import { printable } from '../terminal/printable-text.js'
import type { JobActivity } from './job-activity.js'
import { JobWatch } from './job-watch.js'
import type { WatchedJobs } from './watched-jobs.js'

/** A job that has ended while it was watched: what it did last, and a sentence on how it ended. */
export interface EndedJob {
  readonly last: JobActivity
  readonly sentence: string
}

/** More than one looks through; who watches for weeks sees many jobs end. */
const MOST_ENDED = 20

/** Looks at one job, or at all that live. */
export class JobsWatch {
  /** The last ones. */
  readonly ended: EndedJob[] = []
  readonly #jobs: WatchedJobs
  readonly #watches = new Map<string, JobWatch>()
  readonly #isOfAll: boolean

  constructor(jobs: WatchedJobs, jobId: string | undefined) {
    this.#jobs = jobs
    this.#isOfAll = jobId === undefined
    if (jobId !== undefined) this.#watches.set(jobId, new JobWatch(jobs, jobId))
  }

  /** Those that live, the oldest first; none where all have ended. JOB_UNRESPONSIVE where all that live say nothing. */
  async look(): Promise<JobActivity[]> {
    if (this.#isOfAll) await this.#findNew()
    const silences: FlinkError[] = []
    const seen = await Promise.all([...this.#watches.values()].map((watch) => this.#lookAt(watch, silences)))
    const jobs = seen.filter((job) => job !== undefined)
    const [silence] = silences
    if (jobs.length === 0 && silence !== undefined) throw silence
    return jobs.sort((left, right) => right.durationMs - left.durationMs)
  }

  async #findNew(): Promise<void> {
    let living: readonly string[] = []
    try {
      living = await this.#jobs.living()
    } catch (error) {
      // A session that is gone for a moment is no end of what is watched.
      if (this.#watches.size === 0) throw error
    }
    for (const jobId of living) {
      if (!this.#watches.has(jobId)) this.#watches.set(jobId, new JobWatch(this.#jobs, jobId))
    }
  }

  /** `silences`: of jobs that live, do not answer and were never seen. */
  async #lookAt(watch: JobWatch, silences: FlinkError[]): Promise<JobActivity | undefined> {
    try {
      const activity = await watch.look()
      if (activity !== undefined) return activity
    } catch (error) {
      // One of many that ends, or hangs, before it was ever seen is none that could be shown.
      if (!this.#isOfAll || !FlinkError.is(error)) throw error
      if (FlinkError.is(error, 'JOB_UNRESPONSIVE')) silences.push(error)
    }
    this.#watches.delete(watch.jobId)
    if (watch.last === undefined) return undefined
    const state = await watch.end()
    const how = state === undefined ? 'has ended' : `has ended: ${printable(state)}`
    this.ended.push({
      last: { ...watch.last, state: state ?? watch.last.state },
      sentence: `Job ${watch.jobId} ${how}. This is the last that was seen of it.`,
    })
    if (this.ended.length > MOST_ENDED) this.ended.shift()
    return undefined
  }
}
