// Duty: how much of a map is in memory.
// Thread: the task worker that owns the backend.
import type { MostEntries } from './map-entries.js'

export interface MapLimits {
  /** A map that has no more is read whole when it is touched first. */
  readonly few: MostEntries
  /** A map that has no more is read whole when it is walked over, or when it pays off. */
  readonly whole: MostEntries
  /** Reading the rest whole costs no more than so many entries one by one. */
  readonly missesBeforeWhole: number
  /** What a map may hold that the store has, too. */
  readonly heldBytes: number
  /** Of what the store does not have yet: written in a few milliseconds. */
  readonly changedBytes: number
}

const FEW: MostEntries = { entries: 32, sizeBytes: 4 * 1024 }
const WHOLE: MostEntries = { entries: 1000, sizeBytes: 64 * 1024 }
const MISSES_BEFORE_WHOLE = 32
const CHANGED_BYTES = 256 * 1024
/** One large map does not take the place of all others. */
const SHARE_OF_BUDGET = 0.25

/** `budgetBytes`: of all that a cache has in memory. */
export function mapLimits(budgetBytes: number): MapLimits {
  const heldBytes = SHARE_OF_BUDGET * budgetBytes
  return {
    few: FEW,
    whole: WHOLE,
    missesBeforeWhole: MISSES_BEFORE_WHOLE,
    heldBytes,
    changedBytes: Math.min(CHANGED_BYTES, heldBytes),
  }
}
