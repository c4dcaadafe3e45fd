import type { BenchJob } from '../bench-engine.js'
import type { BenchProgram } from '../bench-family.js'
import { rateOf } from '../progress-merge.js'

export interface RateJob extends BenchJob {
  readonly id: string
  readonly records: number
}

/** References are handed on in a chain. */
export const OBJECT_REUSE: Readonly<Record<string, string>> = { 'pipeline.object-reuse': 'true' }

/** A job whose figure is `mrps`: millions of records a second after the warm-up. */
export function rateProgram(job: RateJob): BenchProgram {
  return {
    id: job.id,
    usesEngine: true,
    async measure(engine, sizes) {
      const records = sizes.records ?? job.records
      const run = { ...job, args: { ...job.args, records } }
      return engine.runJob(run, ({ progress }) => ({ mrps: rateOf(progress, records) }))
    },
  }
}
