import { figureAtMost, ratioAtLeast, type BenchFamily, type BenchProgram } from '../bench-family.js'
import { rateOf } from '../progress-merge.js'

/** Every subtask has to be warm: 125,000 records each. */
const RECORDS = 8_000_000
const PARALLELISMS = [2, 64]
const BUDGET_MB = 64
const MEGABYTE = 1_048_576

function program(parallelism: number): BenchProgram {
  return {
    id: `p${String(parallelism)}`,
    usesEngine: true,
    async measure(engine, sizes) {
      const records = sizes.records ?? RECORDS
      const job = { module: 'keyed-count-job', parallelism, args: { records }, preload: 'shared-memory-probe' }
      return engine.runJob(job, ({ progress, stderr }) => ({
        mrps: rateOf(progress, records),
        networkMb: Number(/^SHARED (\d+)$/m.exec(stderr)?.[1]) / MEGABYTE,
      }))
    },
  }
}

/** W2 with 64 subtasks, every one sending to every one. */
export const wideExchangeFamily: BenchFamily = {
  name: 'p64',
  programs: PARALLELISMS.map(program),
  rows: [
    {
      title: 'running count, p = 64, full exchange',
      unit: 'M/s',
      value: { program: 'p64', figure: 'mrps' },
      bound: { label: 'p = 2', value: { program: 'p2', figure: 'mrps' } },
      goal: ratioAtLeast(0.5),
    },
    {
      title: 'shared memory, p = 64 (budget of 64 MB)',
      unit: 'MB',
      value: { program: 'p64', figure: 'networkMb' },
      goal: figureAtMost(BUDGET_MB),
    },
  ],
}
