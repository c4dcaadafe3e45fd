/**
 * Joins written by hand, in one thread: `node join-loop.js interval|auctions --records n --keys n`. The records of both streams come
 * in turn; those that no other can meet any more go at a watermark every 1,000 records.
 */
import { parseArgs } from 'node:util'
import { auctionMaker, PERSON_ONE_IN, personMaker } from '../jobs/auction-records.js'
import { DISORDER_MS, timedRecordMaker, type TimedRecord } from '../jobs/timed-records.js'

const WATERMARK_EVERY = 1000
/** The first part warms up, as with the jobs. */
const WARMUP_SHARE = 0.3
const DISTANCE_MS = 5000
const WINDOW_MS = 10_000
/** How often the lists of all keys are looked through. */
const LOOK_EVERY_MS = 1000

type Side = 'left' | 'right'

interface JoinLoop {
  add(record: TimedRecord, side: Side): void
  advance(watermark: number): void
}

interface Sides {
  left: TimedRecord[]
  right: TimedRecord[]
}

let pairs = 0
let sunk = 0

function emit(left: TimedRecord, right: TimedRecord): void {
  pairs += 1
  sunk += left.id + right.id + left.key.length
}

class IntervalLoop implements JoinLoop {
  readonly #keys = new Map<string, Sides>()
  #lookedAt = 0

  add(record: TimedRecord, side: Side): void {
    let sides = this.#keys.get(record.key)
    if (sides === undefined) this.#keys.set(record.key, (sides = { left: [], right: [] }))
    sides[side].push(record)
    for (const other of side === 'left' ? sides.right : sides.left) {
      if (Math.abs(other.ts - record.ts) > DISTANCE_MS) continue
      if (side === 'left') emit(record, other)
      else emit(other, record)
    }
  }

  advance(watermark: number): void {
    if (watermark < this.#lookedAt + LOOK_EVERY_MS) return
    this.#lookedAt = watermark
    for (const [key, sides] of this.#keys) {
      sides.left = sides.left.filter(({ ts }) => ts + DISTANCE_MS > watermark)
      sides.right = sides.right.filter(({ ts }) => ts + DISTANCE_MS > watermark)
      if (sides.left.length + sides.right.length === 0) this.#keys.delete(key)
    }
  }
}

class AuctionLoop implements JoinLoop {
  readonly #windows = new Map<number, Map<string, Sides>>()

  add(record: TimedRecord, side: Side): void {
    const end = record.ts - (record.ts % WINDOW_MS) + WINDOW_MS
    let window = this.#windows.get(end)
    if (window === undefined) this.#windows.set(end, (window = new Map<string, Sides>()))
    let sides = window.get(record.key)
    if (sides === undefined) window.set(record.key, (sides = { left: [], right: [] }))
    sides[side].push(record)
  }

  advance(watermark: number): void {
    for (const [end, window] of this.#windows) {
      if (end - 1 > watermark) continue
      for (const { left, right } of window.values())
        for (const person of left) for (const auction of right) emit(person, auction)
      this.#windows.delete(end)
    }
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { records: { type: 'string', default: '1000000' }, keys: { type: 'string', default: '100000' } },
})
const isInterval = positionals[0] === 'interval'
const records = Number(values.records)
const loop: JoinLoop = isInterval ? new IntervalLoop() : new AuctionLoop()
const makeLeft = isInterval ? timedRecordMaker(Number(values.keys), 12_345) : personMaker(12_345)
const makeRight = isInterval ? timedRecordMaker(Number(values.keys), 790_122) : auctionMaker(12_345)
const leftOneIn = isInterval ? 2 : PERSON_ONE_IN
const warm = Math.floor(records * WARMUP_SHARE)
let greatest = 0
let startMs = 0
let lefts = 0
for (let id = 0; id < records; id += 1) {
  if (id === warm) startMs = performance.now()
  const isLeft = id % leftOneIn === 0
  const record = isLeft ? makeLeft(lefts) : makeRight(id - lefts)
  if (isLeft) lefts += 1
  loop.add(record, isLeft ? 'left' : 'right')
  greatest = Math.max(greatest, record.ts)
  if (id % WATERMARK_EVERY === 0) loop.advance(greatest - DISORDER_MS - 1)
}
const totalMs = performance.now() - startMs
loop.advance(Number.POSITIVE_INFINITY)
console.log(JSON.stringify({ mrps: (records - warm) / totalMs / 1000, pairs, sunk }))
