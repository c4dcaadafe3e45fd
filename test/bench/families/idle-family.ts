import { runBound } from '../bench-engine.js'
import { figureAtMost, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'

const SECONDS = 10

function percentOfCore(micros: string): number {
  return (Number(micros) / (SECONDS * 1_000_000)) * 100
}

/** Threads, messages and calls of a checkpoint without anything else. */
const bound: BenchProgram = {
  id: 'idle-bound',
  usesEngine: false,
  maxRuns: 1,
  async measure() {
    return JSON.parse(await runBound('checkpoint-calls', ['--seconds', String(SECONDS)])) as Figures
  },
}

const jobs: readonly BenchProgram[] = [
  { id: 'idle', withoutCheckpoints: true },
  { id: 'idle-checkpoints', withoutCheckpoints: false },
].map(({ id, withoutCheckpoints }) => ({
  id,
  usesEngine: true,
  maxRuns: 1,
  async measure(engine) {
    const job = { module: 'idle-job', parallelism: 2, args: { seconds: SECONDS }, withoutCheckpoints }
    return engine.runJob(job, ({ stdout }) => {
      const [, young, old] = /^CPU young (\d+) old (\d+)$/m.exec(stdout) ?? []
      if (young === undefined || old === undefined) throw new Error('the job printed no processor time')
      return { young: percentOfCore(young), old: percentOfCore(old) }
    })
  },
}))

/** A running job without input, p = 2, checkpoints off and on. */
export const idleFamily: BenchFamily = {
  name: 'idle',
  programs: [...jobs, bound],
  rows: [
    {
      title: 'idle job, p = 2, of one core',
      unit: '%',
      value: { program: 'idle', figure: 'old' },
      goal: figureAtMost(1),
    },
    {
      title: 'idle job in its first seconds',
      unit: '%',
      value: { program: 'idle', figure: 'young' },
    },
    {
      title: 'idle job with a checkpoint every second',
      unit: '%',
      value: { program: 'idle-checkpoints', figure: 'old' },
      bound: { label: 'threads, messages and calls alone', value: { program: 'idle-bound', figure: 'percent' } },
      goal: figureAtMost(0.5),
    },
    {
      title: 'idle job with a checkpoint every second, in its first seconds',
      unit: '%',
      value: { program: 'idle-checkpoints', figure: 'young' },
    },
  ],
}
