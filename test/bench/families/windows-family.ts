import { figureAtMost, type BenchFamily, type BenchProgram } from '../bench-family.js'
import { percentile } from '../median.js'
import { programsBesideLoop, rowsBesideLoop, type CaseBesideLoop } from './beside-loop.js'

const WINDOWS: readonly CaseBesideLoop[] = [
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
  programs: [...programsBesideLoop({ loop: 'window-loop', module: 'windows-job' }, WINDOWS), open],
  rows: [
    ...rowsBesideLoop(WINDOWS),
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
