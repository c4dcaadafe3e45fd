// Duty: takes what a cursor gives, in slices of the task's time, and closes it.
// Thread: the task worker that owns the backend.
import type { TimeSlices } from '../time-slices.js'
import type { KvCursor, KvEntry } from './kv-store.js'

/** Read from the store at once: a slice of a busy task has time for about so many. */
const ENTRIES_IN_A_SLICE = 64
const ENTRIES_AT_ONCE = 1024

/** With records of the task in between. */
export async function takeInSlices(
  cursor: KvCursor,
  slices: TimeSlices,
  take: (entry: KvEntry) => void,
): Promise<void> {
  try {
    for (let found = cursor.next(ENTRIES_IN_A_SLICE); found.length > 0; found = cursor.next(ENTRIES_IN_A_SLICE)) {
      for (const entry of found) {
        take(entry)
        if (slices.step()) await slices.next()
      }
    }
  } finally {
    cursor.close()
  }
}

/** At once, so many at a time in memory. */
export function* entriesOf(cursor: KvCursor, atOnce: number = ENTRIES_AT_ONCE): Generator<KvEntry> {
  try {
    for (let found = cursor.next(atOnce); found.length > 0; found = cursor.next(atOnce)) yield* found
  } finally {
    cursor.close()
  }
}
