import type { Clock, TimerHandle } from '../core/time/clock.js'

/** A job that nobody can find for longer than this is hard to cancel; a look at two files costs nothing. */
const PERIOD_MS = 10_000

/**
 * Looks now and then whether others can still find the jobs of this process: cleaners of temporary files, and users, remove
 * what a living job has in its run directory.
 */
export class RunDirectoryUpkeep {
  readonly #clock: Clock
  readonly #restore: () => Promise<void>
  #timer: TimerHandle | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  /** `restore` puts back what is missing, and never rejects. */
  constructor(clock: Clock, restore: () => Promise<void>) {
    this.#clock = clock
    this.#restore = restore
  }

  /** Does nothing once it was stopped: a job may end while it begins. */
  start(): void {
    if (this.#isStopped) return
    this.#timer ??= this.#clock.setTimer(PERIOD_MS, () => {
      this.#running = this.#run()
    })
  }

  /** Resolves when nothing is put back any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    await this.#restore()
    this.#timer = undefined
    this.start()
  }
}
