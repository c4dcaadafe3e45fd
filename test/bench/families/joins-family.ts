import { runBound } from '../bench-engine.js'
import { ratioAtLeast, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'
import { rateProgram } from './rate-program.js'

interface Joins {
  readonly kind: string
  readonly title: string
  readonly keys: number
  readonly records: number
  /** Least share of the loop, p = 1. */
  readonly goal: number | undefined
}

const JOINS: readonly Joins[] = [
  {
    kind: 'interval',
    title: 'interval join of two streams, +-5 s, 100,000 keys',
    keys: 100_000,
    records: 1_500_000,
    goal: 0.25,
  },
  {
    kind: 'auctions',
    title: 'persons and their auctions, tumbling join 10 s',
    keys: 0,
    records: 2_000_000,
    goal: undefined,
  },
]

function programsOf({ kind, keys, records }: Joins): BenchProgram[] {
  const loop: BenchProgram = {
    id: `${kind}-loop`,
    usesEngine: false,
    async measure(_engine, sizes) {
      const args = ['--records', String(sizes.records ?? records), '--keys', String(keys)]
      return JSON.parse(await runBound('join-loop', [kind, ...args])) as Figures
    },
  }
  const jobs = [1, 2].map((parallelism) =>
    rateProgram({
      id: `${kind}-p${String(parallelism)}`,
      module: 'joins-job',
      parallelism,
      records,
      args: { kind, keys },
    }),
  )
  return [loop, ...jobs]
}

/** W6 and Q8: what joins cost, checkpoints every second to disk. */
export const joinsFamily: BenchFamily = {
  name: 'joins',
  programs: JOINS.flatMap(programsOf),
  rows: JOINS.flatMap(({ kind, title, goal }) =>
    [1, 2].map((parallelism) => ({
      title: `${title}, p = ${String(parallelism)}`,
      unit: 'M/s',
      value: { program: `${kind}-p${String(parallelism)}`, figure: 'mrps' },
      bound: { label: 'loop', value: { program: `${kind}-loop`, figure: 'mrps' } },
      ...(goal === undefined || parallelism > 1 ? {} : { goal: ratioAtLeast(goal) }),
    })),
  ),
}
