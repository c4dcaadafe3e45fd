import { ratioAtLeast, type BenchFamily, type BenchProgram, type BenchRow } from '../bench-family.js'
import { loopBound } from './loop-bound.js'
import { OBJECT_REUSE, rateProgram } from './rate-program.js'

const RECORDS = 6_000_000

interface Keys {
  readonly id: string
  readonly title: string
  readonly kind: string
  readonly keys: number
  /** Least share of the loop for p = 1 and p = 2. */
  readonly goals: readonly [number | undefined, number | undefined]
}

const FEW_KEYS: Keys = { id: '1k', title: '1,000 fresh keys', kind: 'fresh', keys: 1000, goals: [0.6, undefined] }

const KEYS: readonly Keys[] = [
  FEW_KEYS,
  { id: '100k', title: '100,000 fresh keys', kind: 'fresh', keys: 100_000, goals: [0.9, 1.2] },
  { id: '1m', title: '1,000,000 fresh keys', kind: 'fresh', keys: 1_000_000, goals: [1.2, 2] },
  { id: 'uuid', title: '100,000 uuid keys', kind: 'uuid', keys: 100_000, goals: [0.5, undefined] },
  { id: 'array', title: '100,000 keys of an array', kind: 'array', keys: 100_000, goals: [0.5, 0.4] },
]

function programsOf({ id, kind, keys }: Keys, configuration: Readonly<Record<string, string>> = {}): BenchProgram[] {
  const args = { keys, 'key-kind': kind }
  const jobs = [1, 2].map((parallelism) =>
    rateProgram({
      id: `${id}-p${String(parallelism)}`,
      module: 'keyed-count-job',
      parallelism,
      records: RECORDS,
      args,
      configuration,
    }),
  )
  return [loopBound({ id: `${id}-loop`, loop: 'count', records: RECORDS, args }), ...jobs]
}

function rowsOf({ id, title, goals }: Keys): BenchRow[] {
  return goals.map((goal, index) => ({
    title: `running count, ${title}, p = ${String(index + 1)}`,
    unit: 'M/s',
    value: { program: `${id}-p${String(index + 1)}`, figure: 'mrps' },
    bound: { label: 'loop with Map', value: { program: `${id}-loop`, figure: 'mrps' } },
    ...(goal === undefined ? {} : { goal: ratioAtLeast(goal) }),
  }))
}

/** The same with references handed on: what the copies of the default cost. */
const REUSED: Keys = { ...FEW_KEYS, id: '1k-reuse', title: '1,000 fresh keys, object reuse', goals: [0.6, undefined] }

const WITH_TTL = [FEW_KEYS, ...KEYS.filter(({ id }) => id === '1m')]

/** What a time to live costs: reads, updates, and the steps of the cleanup in the background. */
const ttlPrograms: readonly BenchProgram[] = WITH_TTL.map(({ id, kind, keys }) =>
  rateProgram({
    id: `${id}-ttl`,
    module: 'keyed-count-job',
    parallelism: 1,
    records: RECORDS,
    args: { keys, 'key-kind': kind, ttl: 'yes' },
    configuration: {},
  }),
)

const ttlRows: readonly BenchRow[] = WITH_TTL.map(({ id, title }) => ({
  title: `running count with a time to live, ${title}, p = 1`,
  unit: 'M/s',
  value: { program: `${id}-ttl`, figure: 'mrps' },
  bound: { label: 'without one', value: { program: `${id}-p1`, figure: 'mrps' } },
  goal: ratioAtLeast(0.8),
}))

/** W2: keyed running count in ValueState, full exchange, checkpoints every second to disk. */
export const keyedCountFamily: BenchFamily = {
  name: 'W2',
  programs: [...KEYS.flatMap((keys) => programsOf(keys)), ...programsOf(REUSED, OBJECT_REUSE), ...ttlPrograms],
  rows: [...[...KEYS, REUSED].flatMap(rowsOf), ...ttlRows],
}
