const FIRST_MS = 100
const SECOND_MS = 1_000
const LONGEST_MS = 60_000
/** A process that has lived for so long had not died of what it began with. */
const STABLE_AFTER_MS = 5 * 60_000

/** How long a job waits whose process has died, again and again: at first no time worth the name, and then ever longer. */
export class RestartDelay {
  #deaths = 0

  /** `livedMs`: how long the process had been there. */
  next(livedMs: number): number {
    if (livedMs >= STABLE_AFTER_MS) this.#deaths = 0
    this.#deaths += 1
    return this.#deaths === 1 ? FIRST_MS : Math.min(SECOND_MS * 2 ** (this.#deaths - 2), LONGEST_MS)
  }
}
