import { inspect } from 'node:util'
import type { JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'

export type AccumulatorResult = JobOutcome['accumulatorResults'][string]

/** The result of an accumulator, all of it on one line, or why there is none, as REST and the terminal show it. */
export function accumulatorText(result: AccumulatorResult): string {
  if ('error' in result) return result.error.message
  const { value } = result
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  return inspect(value, {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Infinity,
    compact: true,
  })
}
