import { ratioAtLeast, type BenchFamily } from '../bench-family.js'
import { loopBound } from './loop-bound.js'
import { OBJECT_REUSE, rateProgram } from './rate-program.js'

const RECORDS = 16_000_000
const DEPTHS = [3, 12] as const

/** What a title says beside the parallelism, and what an id ends with. */
const MODES = [
  { mode: '', title: '', configuration: {} },
  { mode: '-reuse', title: ', object reuse', configuration: OBJECT_REUSE },
] as const

/** W1: map -> filter -> map -> sink in one chain. */
export const chainFamily: BenchFamily = {
  name: 'W1',
  programs: [
    loopBound({ id: 'loop', loop: 'chain', records: RECORDS }),
    ...MODES.flatMap(({ mode, configuration }) =>
      [1, 2].map((parallelism) =>
        rateProgram({
          id: `p${String(parallelism)}${mode}`,
          module: 'chain-job',
          parallelism,
          records: RECORDS,
          args: {},
          configuration,
        }),
      ),
    ),
  ],
  rows: MODES.flatMap(({ mode, title }) =>
    [1, 2].map((parallelism) => ({
      title: `map -> filter -> map -> sink, p = ${String(parallelism)}${title}`,
      unit: 'M/s',
      value: { program: `p${String(parallelism)}${mode}`, figure: 'mrps' },
      bound: { label: 'loop', value: { program: 'loop', figure: 'mrps' } },
      ...(parallelism === 1 ? { goal: ratioAtLeast(mode === '' ? 0.2 : 0.4) } : {}),
    })),
  ),
}

/** Chains of 3 and of 12 maps: what a further operator costs. Of numbers, or of records, of which each has a copy made. */
export const depthFamily: BenchFamily = {
  name: 'depth',
  programs: DEPTHS.flatMap((depth) => [
    loopBound({ id: `loop-${String(depth)}`, loop: `chain-${depth}`, records: RECORDS / 2 }),
    ...MODES.flatMap(({ mode, configuration }) =>
      [{ depth }, { depth, of: 'records' }].map((args) =>
        rateProgram({
          id: `${'of' in args ? args.of : 'numbers'}-${String(depth)}${mode}`,
          module: 'chain-job',
          parallelism: 1,
          records: RECORDS / 2,
          args,
          configuration,
        }),
      ),
    ),
  ]),
  rows: DEPTHS.flatMap((depth) =>
    ['numbers', 'records'].flatMap((of) =>
      MODES.map(({ mode, title }) => ({
        title: `chain of ${String(depth)} maps of ${of}, p = 1${title}`,
        unit: 'M/s',
        value: { program: `${of}-${String(depth)}${mode}`, figure: 'mrps' },
        bound: { label: 'loop', value: { program: `loop-${String(depth)}`, figure: 'mrps' } },
      })),
    ),
  ),
}
