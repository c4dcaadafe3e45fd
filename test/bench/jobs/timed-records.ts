/** Records with event time, for jobs with windows or timers and for the loops beside them. */
import { makeRandom } from './bench-records.js'

export interface TimedRecord {
  readonly id: number
  readonly key: string
  readonly value: number
  readonly ts: number
}

/** Ten records a millisecond in each subtask, up to a second out of order. */
const RECORDS_PER_MS = 10
export const DISORDER_MS = 1000
/** What W7 counts in. */
export const BUCKET_MS = 10_000
const START_MS = 1_700_000_000_000

export function timedRecordMaker(keys: number, seed: number): (id: number) => TimedRecord {
  const random = makeRandom(seed)
  return (id) => {
    const ts = START_MS + Math.floor(id / RECORDS_PER_MS) - (random() % DISORDER_MS)
    return { id, key: `k${String(random() % keys)}`, value: random() % 100, ts }
  }
}
