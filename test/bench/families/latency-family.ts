import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { runBound, type BenchEngine, type JobRun } from '../bench-engine.js'
import { figureAtMost, type BenchFamily, type BenchProgram, type BenchRow, type Figures } from '../bench-family.js'
import type { KeyKind } from '../jobs/bench-records.js'
import { WARMUP_SHARE } from '../jobs/latency-job.js'
import { percentile } from '../median.js'
import { isWithin, rateOf } from '../progress-merge.js'

const SECONDS = 8
const FULL_SPEED_RECORDS = 4_000_000
const MAX_SAMPLES = 1_000_000

interface Sample {
  readonly arrivedMs: number
  readonly latencyMs: number
}

function samplesOf(run: JobRun): Sample[] {
  const directory = run.workspace.path
  const files = readdirSync(directory).filter((name) => name.startsWith('latency-'))
  const samples = files.flatMap((name) => {
    const bytes = readFileSync(path.join(directory, name))
    const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    return Array.from({ length: numbers.length / 2 }, (_, index) => ({
      arrivedMs: numbers[2 * index] ?? 0,
      latencyMs: numbers[2 * index + 1] ?? 0,
    }))
  })
  const arrivals = samples.map(({ arrivedMs }) => arrivedMs)
  const first = percentile(arrivals, 0)
  const warmMs = first + (percentile(arrivals, 1) - first) * WARMUP_SHARE
  return samples.filter(({ arrivedMs }) => arrivedMs >= warmMs)
}

function figuresOf(run: JobRun): Figures {
  const samples = samplesOf(run)
  const all = samples.map(({ latencyMs }) => latencyMs)
  const during = samples
    .filter(({ arrivedMs }) => isWithin(arrivedMs, run.checkpoints))
    .map(({ latencyMs }) => latencyMs)
  const lags = [...run.stdout.matchAll(/^LAG (.*)$/gm)].map((match) => Number(match[1]))
  return {
    p50: percentile(all, 0.5),
    p99: percentile(all, 0.99),
    max: percentile(all, 1),
    duringP50: percentile(during, 0.5),
    duringP99: percentile(during, 0.99),
    lag: Math.max(...lags),
  }
}

interface Paced {
  readonly rate: number
  readonly pace: 'timer' | 'immediate'
  readonly keyKind: KeyKind
}

async function measurePaced(engine: BenchEngine, { rate, pace, keyKind }: Paced): Promise<Figures> {
  const every = Math.max(1, Math.ceil((rate * SECONDS) / MAX_SAMPLES))
  const args = { rate, seconds: SECONDS, every, pace, 'key-kind': keyKind, output: '.' }
  return engine.runJob({ module: 'latency-job', parallelism: 2, args, watchCheckpoints: true }, figuresOf)
}

const slow: BenchProgram = {
  id: 'slow',
  usesEngine: true,
  async measure(engine) {
    return measurePaced(engine, { rate: 10_000, pace: 'timer', keyKind: 'fresh' })
  },
}

function atHalfRate(id: string, keyKind: KeyKind): BenchProgram {
  return {
    id,
    usesEngine: true,
    async measure(engine, sizes) {
      const records = sizes.records ?? FULL_SPEED_RECORDS
      const full = { module: 'keyed-count-job', parallelism: 2, args: { records, 'key-kind': keyKind } }
      const mrps = await engine.runJob(full, ({ progress }) => rateOf(progress, records))
      const figures = await measurePaced(engine, { rate: (mrps * 1_000_000) / 2, pace: 'immediate', keyKind })
      return { ...figures, mrps: mrps / 2 }
    },
  }
}

const clocks: BenchProgram = {
  id: 'clocks',
  usesEngine: false,
  async measure() {
    return JSON.parse(await runBound('clock-check', [])) as Figures
  },
}

function rowsOf(program: string, title: string, goals: { readonly p50: number; readonly p99: number }): BenchRow[] {
  const row = (figure: string, name: string, goal?: number): BenchRow => ({
    title: `${title}, ${name}`,
    unit: 'ms',
    value: { program, figure },
    ...(goal === undefined ? {} : { goal: figureAtMost(goal) }),
  })
  return [
    row('p50', 'p50', goals.p50),
    row('p99', 'p99', goals.p99),
    row('max', 'max'),
    row('duringP50', 'p50 during checkpoints', goals.p50),
    row('duringP99', 'p99 during checkpoints', goals.p99),
    row('lag', 'source late by, max'),
  ]
}

/** W2, p = 2, from the making of a record in the source to the sink. */
export const latencyFamily: BenchFamily = {
  name: 'latency',
  programs: [slow, atHalfRate('half', 'fresh'), atHalfRate('half-cut', 'cut'), clocks],
  rows: [
    ...rowsOf('slow', 'latency at 10,000/s', { p50: 0.05, p99: 0.5 }),
    { title: 'half of the maximum rate', unit: 'M/s', value: { program: 'half', figure: 'mrps' } },
    ...rowsOf('half', 'latency at half rate', { p50: 0.3, p99: 5 }),
    {
      title: 'half of the maximum rate, keys cut out of a text',
      unit: 'M/s',
      value: { program: 'half-cut', figure: 'mrps' },
    },
    ...rowsOf('half-cut', 'latency at half rate, keys cut out', { p50: 0.3, p99: 5 }),
    { title: 'clocks of two workers, largest error', unit: 'µs', value: { program: 'clocks', figure: 'clockMicros' } },
  ],
}
