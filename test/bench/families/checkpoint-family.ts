import { figureAtMost, ratioAtLeast, type BenchFamily, type BenchProgram } from '../bench-family.js'
import type { JobRun } from '../bench-engine.js'
import { median, percentile } from '../median.js'
import { rateOf, rateWithin } from '../progress-merge.js'

const RECORDS = 10_000_000
const KEYS = 1_000_000
/** The first two million make the keys; the first checkpoint after them is whole, and is to be one of many. */
const HOT_RECORDS = 40_000_000

const job = { module: 'keyed-count-job', parallelism: 2, args: { keys: KEYS } }

function figuresOf(run: JobRun): Record<string, number> {
  // Only a state that holds nearly all keys counts: half of the largest one at least.
  const largest = Math.max(...run.checkpoints.map(({ sizeBytes }) => sizeBytes))
  const full = run.checkpoints.filter(({ sizeBytes }) => sizeBytes > largest / 2)
  const synchronous = full.map(({ synchronousMs }) => synchronousMs)
  return {
    syncP50: percentile(synchronous, 0.5),
    syncP99: percentile(synchronous, 0.99),
    durationMs: median(full.map(({ durationMs }) => durationMs)),
    megabytes: median(full.map(({ sizeBytes }) => sizeBytes / 1_000_000)),
    checkpoints: full.length,
    duringMrps: rateWithin(run.progress, run.checkpoints),
  }
}

const withCheckpoints: BenchProgram = {
  id: 'with',
  usesEngine: true,
  async measure(engine, sizes) {
    const records = sizes.records ?? RECORDS
    return engine.runJob({ ...job, args: { ...job.args, records }, watchCheckpoints: true }, figuresOf)
  },
}

const withoutCheckpoints: BenchProgram = {
  id: 'without',
  usesEngine: true,
  async measure(engine, sizes) {
    const records = sizes.records ?? RECORDS
    const without = { ...job, args: { ...job.args, records }, withoutCheckpoints: true }
    return engine.runJob(without, ({ progress }) => ({ mrps: rateOf(progress, records) }))
  },
}

/** The same with a million keys of which few change: what writing the others again costs is all that less can save. */
function rarelyChanged(checkpoints: 'none' | 'whole' | 'incremental'): BenchProgram {
  return {
    id: `hot-${checkpoints}`,
    usesEngine: true,
    async measure(engine, sizes) {
      const records = sizes.records ?? HOT_RECORDS
      const args = { keys: KEYS, records, 'key-kind': 'hot' }
      const configuration = { 'execution.checkpointing.incremental': String(checkpoints === 'incremental') }
      const isWithout = checkpoints === 'none'
      const settings = { configuration, withoutCheckpoints: isWithout, watchCheckpoints: !isWithout }
      return engine.runJob({ ...job, args, ...settings }, (run) => {
        return { mrps: rateOf(run.progress, records), ...(isWithout ? {} : sizesOf(run)) }
      })
    },
  }
}

/** What was written for the checkpoints that name a state of nearly all keys. */
function sizesOf(run: JobRun): Record<string, number> {
  const largest = Math.max(...run.checkpoints.map(({ sizeBytes }) => sizeBytes))
  const full = run.checkpoints.filter(({ sizeBytes }) => sizeBytes > largest / 2)
  return { megabytes: median(full.map(({ checkpointedSizeBytes }) => checkpointedSizeBytes / 1_000_000)) }
}

/** Checkpoints of a million keys under full load. */
export const checkpointFamily: BenchFamily = {
  name: 'checkpoint',
  programs: [
    withCheckpoints,
    withoutCheckpoints,
    rarelyChanged('whole'),
    rarelyChanged('incremental'),
    rarelyChanged('none'),
  ],
  rows: [
    {
      title: 'synchronous part, 1,000,000 keys, p50',
      unit: 'ms',
      value: { program: 'with', figure: 'syncP50' },
    },
    {
      title: 'synchronous part, 1,000,000 keys, p99',
      unit: 'ms',
      value: { program: 'with', figure: 'syncP99' },
      goal: figureAtMost(10),
    },
    {
      title: 'checkpoint of 1,000,000 keys, whole',
      unit: 'ms',
      value: { program: 'with', figure: 'durationMs' },
    },
    {
      title: 'checkpoint of 1,000,000 keys, size',
      unit: 'MB',
      value: { program: 'with', figure: 'megabytes' },
    },
    {
      title: 'throughput during a checkpoint',
      unit: 'M/s',
      value: { program: 'with', figure: 'duringMrps' },
      bound: { label: 'job without checkpoints', value: { program: 'without', figure: 'mrps' } },
      goal: ratioAtLeast(0.7),
    },
    {
      title: '1,000,000 keys of which 1 % change, a checkpoint every second',
      unit: 'M/s',
      value: { program: 'hot-whole', figure: 'mrps' },
      bound: { label: 'job without checkpoints', value: { program: 'hot-none', figure: 'mrps' } },
    },
    {
      title: 'the same with incremental checkpoints',
      unit: 'M/s',
      value: { program: 'hot-incremental', figure: 'mrps' },
      bound: { label: 'job without checkpoints', value: { program: 'hot-none', figure: 'mrps' } },
    },
    {
      title: 'bytes written for one of these checkpoints, incremental',
      unit: 'MB',
      value: { program: 'hot-incremental', figure: 'megabytes' },
      bound: { label: 'whole', value: { program: 'hot-whole', figure: 'megabytes' } },
    },
  ],
}
