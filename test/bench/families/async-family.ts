import { runBound } from '../bench-engine.js'
import { figureAtLeast, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'
import { rateProgram } from './rate-program.js'

const RECORDS = 2_000_000
const GOAL_MRPS = 0.3

const FORMS = [
  { id: 'unordered', title: 'unordered, by callback', args: { mode: 'unordered' } },
  { id: 'ordered', title: 'ordered, by callback', args: { mode: 'ordered' } },
  { id: 'promise', title: 'unordered, by an async function', args: { mode: 'unordered', form: 'promise' } },
] as const

const LOOP: BenchProgram = {
  id: 'loop',
  usesEngine: false,
  async measure(_engine, sizes) {
    return JSON.parse(await runBound('async-loop', ['--records', String(sizes.records ?? RECORDS)])) as Figures
  },
}

/** Each record is looked up in a millisecond, a thousand at a time. */
export const asyncFamily: BenchFamily = {
  name: 'async',
  programs: [
    LOOP,
    ...FORMS.map(({ id, args }) =>
      rateProgram({ id, module: 'async-lookup-job', parallelism: 1, records: RECORDS, args }),
    ),
  ],
  rows: FORMS.map(({ id, title }) => ({
    title: `lookups of 1 ms, 1,000 at a time, p = 1, ${title}`,
    unit: 'M/s',
    value: { program: id, figure: 'mrps' },
    bound: { label: 'loop of promises', value: { program: LOOP.id, figure: 'mrps' } },
    ...(id === 'unordered' ? { goal: figureAtLeast(GOAL_MRPS) } : {}),
  })),
}
