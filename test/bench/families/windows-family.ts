import { runBound } from '../bench-engine.js'
import { figureAtMost, ratioAtLeast, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'
import { percentile } from '../median.js'
import { rateProgram } from './rate-program.js'

interface Windows {
  readonly kind: string
  readonly title: string
  readonly keys: number
  readonly records: number
  /** Least share of the loop, p = 1. */
  readonly goal: number | undefined
}

const WINDOWS: readonly Windows[] = [
  { kind: 'tumbling', title: 'tumbling 10 s, sum and count, 10,000 keys', keys: 10_000, records: 4_000_000, goal: 0.4 },
  { kind: 'sliding', title: 'sliding 60 s / 10 s, count, 10,000 keys', keys: 10_000, records: 3_000_000, goal: 0.3 },
  { kind: 'session', title: 'sessions of 5 s, 50,000 keys', keys: 50_000, records: 1_500_000, goal: 0.25 },
  {
    kind: 'hot',
    title: 'hot items (sliding 10 s / 2 s, 10,000 items, then the maximum)',
    keys: 10_000,
    records: 3_000_000,
    goal: undefined,
  },
]

function programsOf({ kind, keys, records }: Windows): BenchProgram[] {
  const loop: BenchProgram = {
    id: `${kind}-loop`,
    usesEngine: false,
    async measure(_engine, sizes) {
      const args = ['--records', String(sizes.records ?? records), '--keys', String(keys)]
      return JSON.parse(await runBound('window-loop', [kind, ...args])) as Figures
    },
  }
  const jobs = [1, 2].map((parallelism) =>
    rateProgram({
      id: `${kind}-p${String(parallelism)}`,
      module: 'windows-job',
      parallelism,
      records,
      args: { kind, keys },
    }),
  )
  return [loop, ...jobs]
}

const OPEN_WINDOWS = 1_000_000

/** Windows that do not end, one a key. */
const open: BenchProgram = {
  id: 'open',
  usesEngine: true,
  async measure(engine, sizes) {
    const args = { kind: 'open', keys: OPEN_WINDOWS, records: sizes.records ?? 10_000_000 }
    return engine.runJob({ module: 'windows-job', parallelism: 2, args, watchCheckpoints: true }, (run) => {
      const largest = Math.max(...run.checkpoints.map(({ sizeBytes }) => sizeBytes))
      const full = run.checkpoints.filter(({ sizeBytes }) => sizeBytes > largest / 2)
      return {
        syncP99: percentile(
          full.map(({ synchronousMs }) => synchronousMs),
          0.99,
        ),
        durationMs: percentile(
          full.map(({ durationMs }) => durationMs),
          0.5,
        ),
      }
    })
  },
}

/** W3, W4, W5 and Q5: what windows cost, checkpoints every second to disk. */
export const windowsFamily: BenchFamily = {
  name: 'windows',
  programs: [...WINDOWS.flatMap(programsOf), open],
  rows: [
    ...WINDOWS.flatMap(({ kind, title, goal }) =>
      [1, 2].map((parallelism) => ({
        title: `${title}, p = ${String(parallelism)}`,
        unit: 'M/s',
        value: { program: `${kind}-p${String(parallelism)}`, figure: 'mrps' },
        bound: { label: 'loop', value: { program: `${kind}-loop`, figure: 'mrps' } },
        ...(goal === undefined || parallelism > 1 ? {} : { goal: ratioAtLeast(goal) }),
      })),
    ),
    {
      title: 'synchronous part, 1,000,000 open windows, p99',
      unit: 'ms',
      value: { program: 'open', figure: 'syncP99' },
      goal: figureAtMost(10),
    },
    {
      title: 'checkpoint of 1,000,000 open windows, whole',
      unit: 'ms',
      value: { program: 'open', figure: 'durationMs' },
    },
  ],
}
