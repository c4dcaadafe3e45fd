import { awaitEndOfJob } from '../../client/job-waits.js'
import type { CliContext } from '../arguments/cli-context.js'
import type { CliOption } from '../arguments/cli-option.js'
import { has, type ParsedOptions } from '../arguments/parsed-values.js'
import { withProgress } from '../output/progress.js'
import { printable } from '../terminal/printable-text.js'
import { clusterServicesOf } from './rest-cluster-client-of.js'

const WAIT = 'wait'

export const WAIT_OPTION: CliOption = {
  long: WAIT,
  value: 'none',
  description:
    'Return only when the job has come to its end and its process has gone, not longer than --timeout from then on.',
}

/** What there is to say of the end of a job: nothing where nobody waits for it. */
export interface EndOfJob {
  readonly fields: { readonly state?: string }
  readonly lines: readonly string[]
}

/**
 * To be called before a job is told to end, as it may be gone in a moment; what it returns waits for the end, where that is asked
 * for.
 */
export async function endAskedFor(
  jobId: string,
  parsed: ParsedOptions,
  context: CliContext,
): Promise<() => Promise<EndOfJob>> {
  if (!has(parsed, WAIT)) return () => Promise.resolve({ fields: {}, lines: [] })
  const services = clusterServicesOf(context)
  const entry = services.session === undefined ? await services.runDirectory.find(jobId) : undefined
  return async () => {
    const work = (): Promise<string> => awaitEndOfJob(jobId, services, entry)
    const state = await withProgress('waiting for the end of the job', context, work)
    return { fields: { state }, lines: [`Job ${jobId} has ended as ${printable(state)}.`] }
  }
}
