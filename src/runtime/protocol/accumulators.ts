// Duty: how accumulators travel: what one task has accumulated under a name so far, what is to be merged, the merged result.
// Invariants: plain data.
// Thread: both.
import type { SerializedError } from '../../core/errors/error-codec.js'
import type { AccumulatorResult } from '../../api/environment/accumulator-result.js'

/** An accumulator of a task, as it was when it was told of. */
export interface AccumulatorPart {
  /** Name of its class. */
  readonly type: string
  readonly value: unknown
  /** Its ordinary fields that hold plain data, for a merge that reads more than the value. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Why it has no value, where `getLocalValue` failed or gave what cannot travel. */
  readonly error?: SerializedError
}

/** By the accumulators' names. */
export type AccumulatorParts = Readonly<Record<string, AccumulatorPart>>
export type AccumulatorResults = Readonly<Record<string, AccumulatorResult>>

/** Somebody looks: what these tasks have accumulated, those that have not ended. Answered with `accumulators-reported`. */
export interface RequestAccumulators {
  readonly type: 'request-accumulators'
  readonly requestId: number
  readonly executionIds: readonly string[]
}

export interface AccumulatorsReported {
  readonly type: 'accumulators-reported'
  readonly requestId: number
  readonly tasks: readonly { readonly executionId: string; readonly accumulators: AccumulatorParts }[]
}

/**
 * The accumulator `name` of the execution is to take in those of the other subtasks, by its own `merge`: once all tasks have
 * finished, or a copy of it while they run. Answered with `accumulators-merged`.
 */
export interface MergeAccumulators {
  readonly type: 'merge-accumulators'
  readonly mergeId: number
  readonly into: 'accumulator' | 'copy'
  readonly executionId: string
  readonly name: string
  readonly others: readonly AccumulatorPart[]
}

export interface AccumulatorsMerged {
  readonly type: 'accumulators-merged'
  readonly mergeId: number
  readonly result: AccumulatorResult
}
