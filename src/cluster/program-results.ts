import type { Clock } from '../core/time/clock.js'
import type { CollectedResults } from './collected-results.js'

/** For so long a job may wait for its program until that is told. */
const UNREAD_MS = 10_000

/** Results of the jobs that a program collects, which nobody may take any more once main has returned. */
export class ProgramResults {
  readonly #clock: Clock
  readonly #tellUnread: (jobId: string) => void
  /** Of jobs that have not ended. */
  readonly #ofJobs = new Map<string, CollectedResults>()
  #hasReturned = false

  /** `tellUnread`: the job waits, and the program, whose main has returned, takes nothing. Once a job. */
  constructor(clock: Clock, tellUnread: (jobId: string) => void) {
    this.#clock = clock
    this.#tellUnread = tellUnread
  }

  add(jobId: string, results: CollectedResults): void {
    this.#ofJobs.set(jobId, results)
    if (this.#hasReturned) this.#watch(jobId, results)
  }

  jobEnded(jobId: string): void {
    this.#ofJobs.delete(jobId)
  }

  /** Promises that it has not waited for may still take some. */
  programReturned(): void {
    this.#hasReturned = true
    for (const [jobId, results] of this.#ofJobs) {
      results.discardUnlessAwaited()
      this.#watch(jobId, results)
    }
  }

  #watch(jobId: string, results: CollectedResults): void {
    const { isUnread, numTaken } = results
    this.#clock.setTimer(UNREAD_MS, () => {
      if (this.#ofJobs.get(jobId) !== results) return
      if (isUnread && results.isUnread && results.numTaken === numTaken) this.#tellUnread(jobId)
      else this.#watch(jobId, results)
    })
  }
}
