import { runBound } from '../bench-engine.js'
import { ratioAtLeast, type BenchFamily, type BenchProgram } from '../bench-family.js'
import { parseProgress, rateOf } from '../progress-merge.js'
import { rateProgram } from './rate-program.js'

const KINDS = [
  { kind: 'nested', title: 'nested objects', records: 1_600_000 },
  { kind: 'string', title: '1 kB strings', records: 2_000_000 },
  { kind: 'tuple', title: 'tuples', records: 4_000_000 },
  { kind: 'rich', title: 'Date, BigInt and Map fields', records: 1_000_000 },
] as const

function postMessageBound(kind: string, defaultRecords: number): BenchProgram {
  return {
    id: `${kind}-bound`,
    usesEngine: false,
    async measure(_engine, sizes) {
      // Whole batches from both workers, so that both come to the same end.
      const records = Math.ceil((sizes.records ?? defaultRecords) / 2000) * 2000
      const stdout = await runBound('post-message', ['--kind', kind, '--records', String(records)])
      return { mrps: rateOf(parseProgress(stdout), records) }
    },
  }
}

/** Every record goes from one worker to the other, in both directions at once. */
export const exchangeFamily: BenchFamily = {
  name: 'exchange',
  programs: KINDS.flatMap(({ kind, records }) => [
    postMessageBound(kind, records),
    rateProgram({ id: kind, module: 'exchange-job', parallelism: 2, records, args: { kind } }),
  ]),
  rows: KINDS.map(({ kind, title }) => ({
    title: `exchange of ${title}, two workers`,
    unit: 'M/s',
    value: { program: kind, figure: 'mrps' },
    bound: { label: 'postMessage by 1,000', value: { program: `${kind}-bound`, figure: 'mrps' } },
    goal: ratioAtLeast(3),
  })),
}
