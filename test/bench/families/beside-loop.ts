import { runBound } from '../bench-engine.js'
import { ratioAtLeast, type BenchProgram, type BenchRow, type Figures } from '../bench-family.js'
import { rateProgram } from './rate-program.js'

/** A job whose rate stands beside that of a loop over the same records. */
export interface CaseBesideLoop {
  readonly kind: string
  readonly title: string
  readonly keys: number
  readonly records: number
  /** Least share of the loop, p = 1. */
  readonly goal: number | undefined
}

/** Of each case the loop, and the job with p = 1 and 2; `loop` and `module` name the files of all. */
export function programsBesideLoop(
  { loop, module }: { readonly loop: string; readonly module: string },
  cases: readonly CaseBesideLoop[],
): BenchProgram[] {
  return cases.flatMap(({ kind, keys, records }) => [
    {
      id: `${kind}-loop`,
      usesEngine: false,
      async measure(_engine, sizes) {
        const args = ['--records', String(sizes.records ?? records), '--keys', String(keys)]
        return JSON.parse(await runBound(loop, [kind, ...args])) as Figures
      },
    },
    ...[1, 2].map((parallelism) =>
      rateProgram({ id: `${kind}-p${String(parallelism)}`, module, parallelism, records, args: { kind, keys } }),
    ),
  ])
}

export function rowsBesideLoop(cases: readonly CaseBesideLoop[]): BenchRow[] {
  return cases.flatMap(({ kind, title, goal }) =>
    [1, 2].map((parallelism) => ({
      title: `${title}, p = ${String(parallelism)}`,
      unit: 'M/s',
      value: { program: `${kind}-p${String(parallelism)}`, figure: 'mrps' },
      bound: { label: 'loop', value: { program: `${kind}-loop`, figure: 'mrps' } },
      ...(goal === undefined || parallelism > 1 ? {} : { goal: ratioAtLeast(goal) }),
    })),
  )
}
