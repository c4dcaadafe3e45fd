import type { AccumulatorResult } from '../../cluster/accumulator-text.js'
import { accumulatorText } from '../../cluster/accumulator-text.js'
import { JsonForm } from '../../state-processor/json-form.js'
import { ShownClasses } from '../../state-processor/shown-classes.js'
import type { FinishedJob } from './job-result-lines.js'

/** A job of an attached run, with how it ended. */
export interface EndedJob extends FinishedJob {
  readonly status: string
}

/** What `run --json` has of it. */
export interface EndedJobDocument {
  readonly jobId: string
  readonly state: string
  readonly netRuntimeMs: number
  /** URI of the checkpoint with which it was stopped, to go on from. */
  readonly finalCheckpoint: string | null
  /** Each with its `value`, in the form of `state export`, or with the `error` that stands in the way of one. */
  readonly accumulators: Readonly<Record<string, { readonly value: unknown } | { readonly error: string }>>
}

export function endedJobDocument(job: EndedJob): EndedJobDocument {
  const { jobId, status, netRuntimeMs, finalCheckpoint = null, accumulatorResults } = job
  const accumulators = Object.entries(accumulatorResults).map(
    ([name, result]) => [name, accumulatorOf(result)] as const,
  )
  return { jobId, state: status, netRuntimeMs, finalCheckpoint, accumulators: Object.fromEntries(accumulators) }
}

function accumulatorOf(result: AccumulatorResult): { readonly value: unknown } | { readonly error: string } {
  if ('error' in result) return { error: accumulatorText(result) }
  return { value: JSON.parse(new JsonForm(new ShownClasses()).write(result.value)) as unknown }
}
