/**
 * Lookups written by hand, in one thread: `node async-loop.js --records n`. A plain loop of promises, `CAPACITY` of them at a time: each
 * is replaced by the next record when its answer has come.
 */
import { parseArgs } from 'node:util'
import { recordMaker } from '../jobs/bench-records.js'
import { LookupClient } from '../jobs/lookup-client.js'

const LATENCY_MS = 1
const CAPACITY = 1000
const KEYS = 100_000
const SEED = 12_345
/** The first part warms up, as with the jobs. */
const WARMUP_SHARE = 0.3

const { values } = parseArgs({ options: { records: { type: 'string', default: '1000000' } } })
const records = Number(values.records)
const warm = Math.floor(records * WARMUP_SHARE)
const make = recordMaker('fresh', KEYS, SEED)
const client = new LookupClient(LATENCY_MS)
let next = 0
let startMs = 0
let sunk = 0

function lookup(key: string): Promise<number> {
  return new Promise((resolve) => {
    client.get(key, resolve)
  })
}

async function askOneAfterTheOther(): Promise<void> {
  while (next < records) {
    if (next === warm) startMs = performance.now()
    const { key, value } = make(next)
    next += 1
    sunk += value + (await lookup(key))
  }
}

await Promise.all(Array.from({ length: CAPACITY }, askOneAfterTheOther))
const totalMs = performance.now() - startMs
console.log(JSON.stringify({ mrps: (records - warm) / totalMs / 1000, sunk }))
