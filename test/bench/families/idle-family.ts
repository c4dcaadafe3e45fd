import { figureAtMost, type BenchFamily } from '../bench-family.js'

const SECONDS = 10

/** A running job without input, p = 2, checkpoints off and on. */
export const idleFamily: BenchFamily = {
  name: 'idle',
  programs: [
    { id: 'idle', withoutCheckpoints: true },
    { id: 'idle-checkpoints', withoutCheckpoints: false },
  ].map(({ id, withoutCheckpoints }) => ({
    id,
    usesEngine: true,
    maxRuns: 1,
    async measure(engine) {
      const job = { module: 'idle-job', parallelism: 2, args: { seconds: SECONDS }, withoutCheckpoints }
      return engine.runJob(job, ({ stdout }) => {
        const micros = /^CPU (\d+)$/m.exec(stdout)?.[1]
        if (micros === undefined) throw new Error('the job printed no processor time')
        return { percent: (Number(micros) / (SECONDS * 1_000_000)) * 100 }
      })
    },
  })),
  rows: [
    {
      title: 'idle job, p = 2, of one core',
      unit: '%',
      value: { program: 'idle', figure: 'percent' },
      goal: figureAtMost(1),
    },
    {
      title: 'the same with a checkpoint every second',
      unit: '%',
      value: { program: 'idle-checkpoints', figure: 'percent' },
    },
  ],
}
