/** Persons and the auctions that they open soon after: the two streams of Nexmark's query 8, for the job and the loop beside it. */
import { makeRandom } from './bench-records.js'
import type { TimedRecord } from './timed-records.js'

export type RecordMaker = (id: number) => TimedRecord

/** One of four records is a person. */
export const PERSON_ONE_IN = 4
/** Of all persons and auctions. */
const RECORDS_PER_MS = 10
const DISORDER_MS = 1000
const START_MS = 1_700_000_001_000
/** A seller is one of so many newest persons. */
const NEWEST_PERSONS = 1000

/** `key`: the person. */
export function personMaker(seed: number): RecordMaker {
  const random = makeRandom(seed)
  return (id) => {
    const ts = START_MS + Math.floor((id * PERSON_ONE_IN) / RECORDS_PER_MS) - (random() % DISORDER_MS)
    return { id, key: `p${String(id)}`, value: random() % 100, ts }
  }
}

/** `key`: the seller. */
export function auctionMaker(seed: number): RecordMaker {
  const random = makeRandom(seed)
  const auctionsAPerson = PERSON_ONE_IN - 1
  return (id) => {
    const ts = START_MS + Math.floor((id * PERSON_ONE_IN) / auctionsAPerson / RECORDS_PER_MS) - (random() % DISORDER_MS)
    const seller = Math.max(0, Math.floor(id / auctionsAPerson) - (random() % NEWEST_PERSONS))
    return { id, key: `p${String(seller)}`, value: random() % 100, ts }
  }
}
