/**
 * The hand-written loops beside the jobs, each in a process of its own so that nothing else has taught the optimiser
 * other types: `node loop.js chain|chain-3|chain-12|count|buckets|bucket-timers --records n --keys n --key-kind kind`.
 */
import { parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import { recordMaker, type BenchRecord, type KeyKind } from '../jobs/bench-records.js'
import { isKept, raiseValue, valueOf } from '../jobs/chain-functions.js'
import { BUCKET_MS, DISORDER_MS, timedRecordMaker } from '../jobs/timed-records.js'

/** Of ten rounds three warm up, as the first 30 % of a job do. */
const WARMUP_ROUNDS = 3
const ROUNDS = 7
/** The last records are kept, so that each of them is really made, as in the job. */
const KEPT_MASK = 0xff

type Loop = (from: number, to: number) => void

let sunk = 0
const kept: (BenchRecord | undefined)[] = new Array<BenchRecord | undefined>(KEPT_MASK + 1).fill(undefined)

function chainLoop(make: (id: number) => BenchRecord): Loop {
  return (from, to) => {
    for (let id = from; id < to; id += 1) {
      const record = make(id)
      kept[id & KEPT_MASK] = record
      const raised = raiseValue(record)
      if (isKept(raised)) sunk += valueOf(raised)
    }
  }
}

/** Written out, as one would by hand: the additions of all levels in one expression. */
function chain3Loop(make: (id: number) => BenchRecord): Loop {
  return (from, to) => {
    for (let id = from; id < to; id += 1) {
      const record = make(id)
      kept[id & KEPT_MASK] = record
      sunk += valueOf(record) + 1 + 2
    }
  }
}

function chain12Loop(make: (id: number) => BenchRecord): Loop {
  return (from, to) => {
    for (let id = from; id < to; id += 1) {
      const record = make(id)
      kept[id & KEPT_MASK] = record
      sunk += valueOf(record) + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11
    }
  }
}

function countLoop(make: (id: number) => BenchRecord): Loop {
  const counts = new Map<string, number>()
  return (from, to) => {
    for (let id = from; id < to; id += 1) {
      const record = make(id)
      kept[id & KEPT_MASK] = record
      const count = (counts.get(record.key) ?? 0) + 1
      counts.set(record.key, count)
      sunk += count
    }
  }
}

/** Counts a bucket of time and key, and takes a bucket away once no more records of it can come. */
function bucketLoop(make: (id: number) => BenchRecord): Loop {
  const buckets = new Map<number, Map<string, number>>()
  let newest = 0
  let nextEnd = 0
  const fire = (): void => {
    for (const [bucket, counts] of buckets) {
      if (bucket + BUCKET_MS + DISORDER_MS > newest) continue
      for (const count of counts.values()) sunk += count
      buckets.delete(bucket)
    }
    nextEnd = newest - (newest % BUCKET_MS) + BUCKET_MS + DISORDER_MS
  }
  return (from, to) => {
    for (let id = from; id < to; id += 1) {
      const record = make(id)
      kept[id & KEPT_MASK] = record
      const bucket = record.ts - (record.ts % BUCKET_MS)
      let counts = buckets.get(bucket)
      if (counts === undefined) buckets.set(bucket, (counts = new Map<string, number>()))
      counts.set(record.key, (counts.get(record.key) ?? 0) + 1)
      if (record.ts > newest) newest = record.ts
      if (newest >= nextEnd) fire()
    }
  }
}

/** The same with the state of the job: a Map of counts for each key, and for each time the keys that have a timer then. */
function bucketTimersLoop(make: (id: number) => BenchRecord): Loop {
  const countsByKey = new Map<string, Map<number, number>>()
  const timers = new Map<number, string[]>()
  let newest = 0
  let nextEnd = 0
  const fire = (): void => {
    for (const [bucket, timersOfBucket] of timers) {
      if (bucket + BUCKET_MS + DISORDER_MS > newest) continue
      for (const key of timersOfBucket) {
        const counts = countsByKey.get(key)
        sunk += counts?.get(bucket) ?? 0
        counts?.delete(bucket)
      }
      timers.delete(bucket)
    }
    nextEnd = newest - (newest % BUCKET_MS) + BUCKET_MS + DISORDER_MS
  }
  const setTimer = (bucket: number, key: string): void => {
    const timersOfBucket = timers.get(bucket)
    if (timersOfBucket === undefined) timers.set(bucket, [key])
    else timersOfBucket.push(key)
  }
  return (from, to) => {
    for (let id = from; id < to; id += 1) {
      const record = make(id)
      kept[id & KEPT_MASK] = record
      const bucket = record.ts - (record.ts % BUCKET_MS)
      let counts = countsByKey.get(record.key)
      if (counts === undefined) countsByKey.set(record.key, (counts = new Map<number, number>()))
      const count = counts.get(bucket)
      counts.set(bucket, (count ?? 0) + 1)
      if (count === undefined) setTimer(bucket, record.key)
      if (record.ts > newest) newest = record.ts
      if (newest >= nextEnd) fire()
    }
  }
}

const LOOPS = {
  chain: chainLoop,
  'chain-3': chain3Loop,
  'chain-12': chain12Loop,
  count: countLoop,
  buckets: bucketLoop,
  'bucket-timers': bucketTimersLoop,
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    records: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '100000' },
    'key-kind': { type: 'string', default: 'fresh' },
  },
})
const name = positionals[0] as keyof typeof LOOPS
const keys = Number(values.keys)
const loop = LOOPS[name](
  name.startsWith('bucket') ? timedRecordMaker(keys, 12345) : recordMaker(values['key-kind'] as KeyKind, keys, 12345),
)
const roundRecords = Math.max(1, Math.floor(Number(values.records) / (WARMUP_ROUNDS + ROUNDS)))

const bench = new Bench({
  time: 0,
  iterations: ROUNDS,
  warmup: true,
  warmupTime: 0,
  warmupIterations: WARMUP_ROUNDS,
  throws: true,
})
const timesMs: number[] = []
let next = 0
bench.add('loop', () => {
  const start = performance.now()
  loop(next, next + roundRecords)
  timesMs.push(performance.now() - start)
  next += roundRecords
})
await bench.run()
// The mean of the rounds, not their median: garbage collection is part of the price on both sides.
const totalMs = timesMs.slice(-ROUNDS).reduce((sum, timeMs) => sum + timeMs, 0)
const kRecords = (roundRecords * ROUNDS) / 1000
console.log(JSON.stringify({ mrps: kRecords / totalMs, sunk, last: kept[0]?.key }))
