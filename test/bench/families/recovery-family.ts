import { figureAtMost, ratioAtLeast, type BenchFamily, type BenchProgram } from '../bench-family.js'
import { rateProgram } from './rate-program.js'

const RECORDS = 8_000_000
const FEW_KEYS = 1000
const MANY_KEYS = 1_000_000

/** Until the first of the subtasks has a record again. */
function recovery(id: string, keys: number): BenchProgram {
  return {
    id,
    usesEngine: true,
    async measure(engine, sizes) {
      const records = sizes.records ?? RECORDS
      const job = { module: 'recovery-job', parallelism: 2, args: { keys, records } }
      return engine.runJob(job, ({ stdout }) => {
        const first = (where: string): number => {
          const lines = [...stdout.matchAll(/^RECOVERED (\w+) ([\d.]+)$/gm)].filter(([, place]) => place === where)
          if (lines.length === 0) throw new Error(`no record came to ${where} after the failure`)
          return Math.min(...lines.map(([, , ms]) => Number(ms)))
        }
        return { chain: first('chain'), keyed: first('keyed') }
      })
    },
  }
}

function counted(id: string, interval: string | undefined): BenchProgram {
  const job = { module: 'keyed-count-job', parallelism: 2, args: { keys: FEW_KEYS }, records: RECORDS, id }
  if (interval === undefined) return rateProgram({ ...job, withoutCheckpoints: true })
  return rateProgram({ ...job, configuration: { 'execution.checkpointing.interval': interval } })
}

/** How soon a job goes on after a failure, and what it costs to lose little by one. */
export const recoveryFamily: BenchFamily = {
  name: 'recovery',
  programs: [
    recovery('few', FEW_KEYS),
    recovery('many', MANY_KEYS),
    counted('often', '100 ms'),
    counted('never', undefined),
  ],
  rows: [
    {
      title: 'failure to first record, 1,000 keys, chain of the source',
      unit: 'ms',
      value: { program: 'few', figure: 'chain' },
      goal: figureAtMost(100),
    },
    {
      title: 'failure to first record, 1,000 keys, keyed operator',
      unit: 'ms',
      value: { program: 'few', figure: 'keyed' },
      goal: figureAtMost(100),
    },
    {
      title: 'failure to first record, 1,000,000 keys, keyed operator',
      unit: 'ms',
      value: { program: 'many', figure: 'keyed' },
      goal: figureAtMost(1000),
    },
    {
      title: 'running count, 1,000 keys, p = 2, a checkpoint every 100 ms',
      unit: 'M/s',
      value: { program: 'often', figure: 'mrps' },
      bound: { label: 'job without checkpoints', value: { program: 'never', figure: 'mrps' } },
      goal: ratioAtLeast(0.9),
    },
  ],
}
