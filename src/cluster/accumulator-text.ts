import { describeValue } from '../core/errors/describe-value.js'
import type { JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'

export type AccumulatorResult = JobOutcome['accumulatorResults'][string]

/** The result of an accumulator, or why there is none, as REST and the terminal show it. */
export function accumulatorText(result: AccumulatorResult): string {
  if ('error' in result) return result.error.message
  const { value } = result
  if (typeof value === 'string') return value
  return typeof value === 'bigint' ? value.toString() : describeValue(value)
}
