/**
 * Measures the engine next to a hand-written loop over the same records, in one run, and prints ratios. These machines are
 * noisy: nothing is asserted here. Usage: `npm run bench [-- records]`.
 */
import { loadavg } from 'node:os'
import { Bench } from 'tinybench'
import { Workspace } from '../e2e/command-line.js'
import { makeRandom, makeRecord } from './bench-records.js'
import path from 'node:path'

const RECORDS = Number(process.argv[2] ?? 2_000_000)
const KEYS = 100_000
const RUNS = 3
const JOB = path.join(import.meta.dirname, 'bench-job.js')

/** Keeps the optimiser from leaving the loops out. */
let sunk = 0

function loopW1(): void {
  const random = makeRandom(12345)
  for (let id = 0; id < RECORDS; id += 1) {
    const record = makeRecord(id, random, KEYS)
    const mapped = { ...record, value: record.value + 1 }
    if (mapped.value % 10 !== 0) sunk += mapped.value
  }
}

function loopW2(): void {
  const random = makeRandom(12345)
  const counts = new Map<string, number>()
  for (let id = 0; id < RECORDS; id += 1) {
    const { key } = makeRecord(id, random, KEYS)
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    sunk += count
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Millions of records a second. */
async function measureLoop(loop: () => void): Promise<number> {
  const bench = new Bench({ time: 0, iterations: RUNS, warmup: true, warmupIterations: 1, warmupTime: 0 })
  const times: number[] = []
  bench.add('loop', () => {
    const start = performance.now()
    loop()
    times.push(performance.now() - start)
  })
  await bench.run()
  return RECORDS / median(times.slice(-RUNS)) / 1000
}

async function runJob(workload: string, parallelism: number): Promise<number> {
  const workspace = new Workspace({
    'execution.checkpointing.interval': '1 s',
    'state.checkpoints.dir': 'checkpoints',
  })
  try {
    const sizes = ['--records', String(RECORDS), '--keys', String(KEYS)]
    const result = await workspace.run('run', '-p', String(parallelism), JOB, '--workload', workload, ...sizes)
    const parts = [...result.stdout.matchAll(/^BENCH (.*)$/gm)].map(
      (match) => JSON.parse(match[1] ?? '') as { firstMs: number; lastMs: number },
    )
    if (parts.length === 0) throw new Error(`the job printed no result\n${result.stdout}\n${result.stderr}`)
    const ms = Math.max(...parts.map((part) => part.lastMs)) - Math.min(...parts.map((part) => part.firstMs))
    return RECORDS / ms / 1000
  } finally {
    workspace.remove()
  }
}

async function measureJob(workload: string, parallelism: number): Promise<number> {
  const rates: number[] = []
  for (let run = 0; run < RUNS; run += 1) rates.push(await runJob(workload, parallelism))
  return median(rates)
}

console.log(
  `${String(RECORDS)} records, ${String(KEYS)} keys, medians of ${String(RUNS)}, load ${loadavg()[0]?.toFixed(2) ?? '?'}`,
)
console.log('workload                                M/s    of the loop')
for (const [workload, loop] of [
  ['W1', loopW1],
  ['W2', loopW2],
] as const) {
  const bound = await measureLoop(loop)
  console.log(`${`${workload} hand-written loop`.padEnd(34)}${bound.toFixed(2).padStart(9)}`)
  for (const parallelism of [1, 2]) {
    const rate = await measureJob(workload, parallelism)
    const name = `${workload} flink-ts p = ${String(parallelism)}, checkpoints 1 s`
    console.log(`${name.padEnd(34)}${rate.toFixed(2).padStart(9)}${(rate / bound).toFixed(2).padStart(14)}`)
  }
}
if (sunk === -1) console.log(sunk)
