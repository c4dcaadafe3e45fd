import type { RunDirectory } from '../../client/run-directory.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { printable } from '../terminal/printable-text.js'
import type { JobActivity } from './job-activity.js'
import { JobWatch } from './job-watch.js'

/** A job that has ended while it was watched: what it did last, and a sentence on how it ended. */
export interface EndedJob {
  readonly last: JobActivity
  readonly sentence: string
}

/** Looks at one job, or at all that live. */
export class JobsWatch {
  readonly ended: EndedJob[] = []
  readonly #runDirectory: RunDirectory
  readonly #watches = new Map<string, JobWatch>()
  readonly #isOfAll: boolean

  constructor(runDirectory: RunDirectory, jobId: string | undefined) {
    this.#runDirectory = runDirectory
    this.#isOfAll = jobId === undefined
    if (jobId !== undefined) this.#watches.set(jobId, new JobWatch(runDirectory, jobId))
  }

  /** Those that live, the oldest first; none where all have ended. */
  async look(): Promise<JobActivity[]> {
    if (this.#isOfAll) await this.#findNew()
    const seen = await Promise.all([...this.#watches.values()].map((watch) => this.#lookAt(watch)))
    return seen.filter((job) => job !== undefined).sort((left, right) => right.durationMs - left.durationMs)
  }

  async #findNew(): Promise<void> {
    for (const { jobId } of await this.#runDirectory.livingJobs()) {
      if (!this.#watches.has(jobId)) this.#watches.set(jobId, new JobWatch(this.#runDirectory, jobId))
    }
  }

  async #lookAt(watch: JobWatch): Promise<JobActivity | undefined> {
    try {
      const activity = await watch.look()
      if (activity !== undefined) return activity
    } catch (error) {
      // One of many that ends, or hangs, before it was ever seen is none that could be shown.
      if (!this.#isOfAll || !FlinkError.is(error)) throw error
    }
    this.#watches.delete(watch.jobId)
    if (watch.last === undefined) return undefined
    const state = await watch.end()
    const how = state === undefined ? 'has ended' : `has ended: ${printable(state)}`
    this.ended.push({
      last: { ...watch.last, state: state ?? watch.last.state },
      sentence: `Job ${watch.jobId} ${how}. This is the last that was seen of it.`,
    })
    return undefined
  }
}
