import { figureAtLeast, ratioAtLeast, type BenchFamily, type BenchProgram, type BenchRow } from '../bench-family.js'
import { median } from '../median.js'
import { rateOf } from '../progress-merge.js'
import { loopBound } from './loop-bound.js'

const PENDING_TIMERS = 1_000_000
const RECORDS = 4_000_000
const KEYS = 10_000

/** Without checkpoints: what is measured lasts less than a second. */
const pending: BenchProgram = {
  id: 'pending',
  usesEngine: true,
  async measure(engine, sizes) {
    const records = sizes.records ?? PENDING_TIMERS
    const job = { module: 'pending-timers-job', parallelism: 1, args: { records }, withoutCheckpoints: true }
    return engine.runJob(job, ({ progress: [set, fired] }) => {
      if (set === undefined || fired === undefined) throw new Error('the job printed no progress')
      return { setMps: rateOf([set], records), firedMps: rateOf([fired], records) }
    })
  },
}

function buckets(parallelism: number): BenchProgram {
  return {
    id: `w7-p${String(parallelism)}`,
    usesEngine: true,
    async measure(engine, sizes) {
      const records = sizes.records ?? RECORDS
      const args = { keys: KEYS, records }
      return engine.runJob({ module: 'bucket-count-job', parallelism, args, watchCheckpoints: true }, (run) => ({
        mrps: rateOf(run.progress, records),
        checkpointMs: median(run.checkpoints.map(({ durationMs }) => durationMs)),
      }))
    },
  }
}

function rowsOf(parallelism: number, goal: number | undefined): BenchRow[] {
  const program = `w7-p${String(parallelism)}`
  return [
    {
      title: `counts a bucket and key with timers, p = ${String(parallelism)}`,
      unit: 'M/s',
      value: { program, figure: 'mrps' },
      bound: { label: 'loop with a Map a bucket', value: { program: 'w7-loop', figure: 'mrps' } },
      ...(goal === undefined ? {} : { goal: ratioAtLeast(goal) }),
    },
    {
      title: `the same, p = ${String(parallelism)}`,
      unit: 'M/s',
      value: { program, figure: 'mrps' },
      bound: { label: 'loop with a Map a key, and timers', value: { program: 'w7-state-loop', figure: 'mrps' } },
      ...(goal === undefined ? {} : { goal: ratioAtLeast(goal) }),
    },
    {
      title: `counts a bucket and key with timers, p = ${String(parallelism)}, a checkpoint`,
      unit: 'ms',
      value: { program, figure: 'checkpointMs' },
    },
  ]
}

/** Timers of event time: a million that are pending, and W7, counts in MapState that timers emit. */
export const timersFamily: BenchFamily = {
  name: 'timers',
  programs: [
    pending,
    loopBound({ id: 'w7-loop', loop: 'buckets', records: RECORDS, args: { keys: KEYS } }),
    loopBound({ id: 'w7-state-loop', loop: 'bucket-timers', records: RECORDS, args: { keys: KEYS } }),
    buckets(1),
    buckets(2),
  ],
  rows: [
    {
      title: '1,000,000 pending timers, set',
      unit: 'M/s',
      value: { program: 'pending', figure: 'setMps' },
      goal: figureAtLeast(2),
    },
    {
      title: '1,000,000 pending timers, fired',
      unit: 'M/s',
      value: { program: 'pending', figure: 'firedMps' },
      goal: figureAtLeast(2),
    },
    ...rowsOf(1, 0.3),
    ...rowsOf(2, undefined),
  ],
}
