interface WaitingJob {
  readonly jobId: string
  readonly slots: number
}

/**
 * The slots of a session: who has them, and who waits for how many. In order: a job that would fit waits for those before it,
 * except for one that asks for more than there are at all, which keeps nobody.
 */
export class SlotPool {
  readonly total: number
  readonly #held = new Map<string, number>()
  #waiting: WaitingJob[] = []

  constructor(total: number) {
    this.total = total
  }

  /** Never below 0, though jobs of an earlier session may have more than this one gives. */
  get available(): number {
    return Math.max(0, this.total - this.#taken)
  }

  /** 0 where it has none. */
  slotsOf(jobId: string): number {
    return this.#held.get(jobId) ?? 0
  }

  holds(jobId: string): boolean {
    return this.#held.has(jobId)
  }

  /** A job has them already. */
  hold(jobId: string, slots: number): void {
    this.#waiting = this.#waiting.filter((job) => job.jobId !== jobId)
    this.#held.set(jobId, slots)
  }

  /** A job that has some, or waits already, does not wait a second time. */
  request(jobId: string, slots: number): void {
    if (this.#held.has(jobId) || this.#waiting.some((job) => job.jobId === jobId)) return
    this.#waiting.push({ jobId, slots })
  }

  /** The job has ended. */
  release(jobId: string): void {
    this.#held.delete(jobId)
    this.#waiting = this.#waiting.filter((job) => job.jobId !== jobId)
  }

  /** Gives free slots to those who wait; returns who has got some. */
  grant(): string[] {
    const granted: string[] = []
    for (const job of this.#waiting) {
      if (job.slots > this.total) continue
      if (job.slots > this.total - this.#taken) break
      this.#held.set(job.jobId, job.slots)
      granted.push(job.jobId)
    }
    this.#waiting = this.#waiting.filter(({ jobId }) => !this.#held.has(jobId))
    return granted
  }

  get #taken(): number {
    return [...this.#held.values()].reduce((sum, slots) => sum + slots, 0)
  }
}
