// Duty: the times of checkpoints, savepoints and ends, by which a later run tells which of them is the newest.
// Invariants: a stamp is the time by the clock unless that went back: then it is one more than the greatest that the run has
// given or has seen of its predecessors. What follows from something is stamped later than that, whatever the clock did.
// Thread: main thread.

/** The end of the year 9999: nothing was stamped later, and whole ms are exact up to there. */
const LAST_STAMP = 253_402_300_799_999

/** Epoch ms that something can have been stamped with. */
export function isStamp(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_STAMP
}

export class Stamps {
  #last = -1

  /** Something was stamped so before. */
  saw(stamp: number): void {
    if (isStamp(stamp)) this.#last = Math.max(this.#last, stamp)
  }

  /** For what happens at `timeMs` by the clock. */
  next(timeMs: number): number {
    this.#last = Math.min(Math.max(Math.floor(timeMs), this.#last + 1), LAST_STAMP)
    return this.#last
  }
}
