import { runBound } from '../bench-engine.js'
import { figureAtMost, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'
import { median } from '../median.js'

const KEYS = 1_000_000
const MEGABYTE = 1_048_576
/** What a full collection at another moment may change. */
const FLAT = 1.05

const slowSink: BenchProgram = {
  id: 'slow-sink',
  usesEngine: true,
  maxRuns: 1,
  async measure(engine, { minutes }) {
    const args = { seconds: Math.ceil(minutes * 60) }
    return engine.runJob({ module: 'slow-sink-job', parallelism: 2, args }, ({ stdout }) => {
      const samples = [...stdout.matchAll(/^RSS (\d+)$/gm)].map((match) => Number(match[1]))
      const third = Math.floor(samples.length / 3)
      const last = median(samples.slice(2 * third))
      return { lastMb: last / MEGABYTE, growth: last / median(samples.slice(third, 2 * third)) }
    })
  },
}

const bytesPerKey: BenchProgram = {
  id: 'state',
  usesEngine: true,
  async measure(engine) {
    const job = { module: 'state-memory-job', parallelism: 1, args: { keys: KEYS }, withoutCheckpoints: true }
    return engine.runJob(job, ({ stdout }) => {
      const line = /^BYTES (.*)$/m.exec(stdout)?.[1]
      if (line === undefined) throw new Error('the job printed no memory')
      return { bytesPerKey: Number(line) / KEYS }
    })
  },
}

const mapBytesPerKey: BenchProgram = {
  id: 'map',
  usesEngine: false,
  async measure() {
    return JSON.parse(await runBound('map-memory', ['--keys', String(KEYS)])) as Figures
  },
}

/** Back pressure for a minute (or `--minutes n`), and what a key costs. */
export const memoryFamily: BenchFamily = {
  name: 'memory',
  programs: [slowSink, mapBytesPerKey, bytesPerKey],
  rows: [
    {
      title: 'RSS with a slow sink, last third / second third',
      unit: '',
      value: { program: 'slow-sink', figure: 'growth' },
      goal: figureAtMost(FLAT),
    },
    { title: 'RSS with a slow sink, last third', unit: 'MB', value: { program: 'slow-sink', figure: 'lastMb' } },
    {
      title: 'heap of a key, counts of 1,000,000 keys',
      unit: 'bytes',
      value: { program: 'state', figure: 'bytesPerKey' },
      bound: { label: 'Map of the same', value: { program: 'map', figure: 'bytesPerKey' } },
    },
  ],
}
