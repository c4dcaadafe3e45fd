import { ratioAtLeast, type BenchFamily } from '../bench-family.js'
import { rateProgram } from './rate-program.js'

const RECORDS = 2_000_000
const ROUNDS = [1, 10] as const
/** Of ten rounds: these cost about what ten records do. */
const GOAL = 0.1

/** source -> iterate -> map -> back, or on to the sink. The bound goes through the same functions once. */
export const loopsFamily: BenchFamily = {
  name: 'loops',
  programs: [0, ...ROUNDS].map((rounds) =>
    rateProgram({
      id: `rounds-${String(rounds)}`,
      module: 'loops-job',
      parallelism: 1,
      records: rounds === 0 ? 4 * RECORDS : RECORDS,
      args: { rounds },
    }),
  ),
  rows: ROUNDS.map((rounds) => ({
    title: `loop of ${rounds === 1 ? 'one round' : 'ten rounds'}, p = 1`,
    unit: 'M/s',
    value: { program: `rounds-${String(rounds)}`, figure: 'mrps' },
    bound: { label: 'job without a loop', value: { program: 'rounds-0', figure: 'mrps' } },
    ...(rounds === 10 ? { goal: ratioAtLeast(GOAL) } : {}),
  })),
}
