import { ratioAtLeast, type BenchFamily } from '../bench-family.js'
import { loopBound } from './loop-bound.js'
import { rateProgram } from './rate-program.js'

const RECORDS = 16_000_000
const DEPTHS = [3, 12] as const

/** W1: map -> filter -> map -> sink in one chain. */
export const chainFamily: BenchFamily = {
  name: 'W1',
  programs: [
    loopBound({ id: 'loop', loop: 'chain', records: RECORDS }),
    ...[1, 2].map((parallelism) =>
      rateProgram({ id: `p${String(parallelism)}`, module: 'chain-job', parallelism, records: RECORDS, args: {} }),
    ),
  ],
  rows: [1, 2].map((parallelism) => ({
    title: `map -> filter -> map -> sink, p = ${String(parallelism)}`,
    unit: 'M/s',
    value: { program: `p${String(parallelism)}`, figure: 'mrps' },
    bound: { label: 'loop', value: { program: 'loop', figure: 'mrps' } },
    ...(parallelism === 1 ? { goal: ratioAtLeast(0.4) } : {}),
  })),
}

/** Chains of 3 and of 12 maps: what a further operator costs. */
export const depthFamily: BenchFamily = {
  name: 'depth',
  programs: DEPTHS.flatMap((depth) => [
    loopBound({ id: `loop-${String(depth)}`, loop: `chain-${depth}`, records: RECORDS / 2 }),
    rateProgram({
      id: `job-${String(depth)}`,
      module: 'chain-job',
      parallelism: 1,
      records: RECORDS / 2,
      args: { depth },
    }),
  ]),
  rows: DEPTHS.map((depth) => ({
    title: `chain of ${String(depth)} maps, p = 1`,
    unit: 'M/s',
    value: { program: `job-${String(depth)}`, figure: 'mrps' },
    bound: { label: 'loop', value: { program: `loop-${String(depth)}`, figure: 'mrps' } },
  })),
}
