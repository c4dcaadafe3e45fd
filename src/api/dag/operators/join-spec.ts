import type { ProcessJoinFunction } from '../../functions/process-join-function.js'
import type { TypeInformation } from '../../types/type-information.js'
import type { KeepsState } from './keeps-state.js'
import type { CoGroupResultSpec, WindowingSpec } from './window-spec.js'

/** Of the records of both streams, where they are declared. */
export type PairTypes = readonly [
  first: TypeInformation<unknown> | undefined,
  second: TypeInformation<unknown> | undefined,
]

/** Windows that have the records of two keyed streams. */
export interface CoGroupSpec extends WindowingSpec {
  readonly kind: 'co-group'
  readonly result: CoGroupResultSpec
  readonly elementTypes: PairTypes
  /** All that is the user's: the function of the results comes first. */
  readonly functions: readonly object[]
}

/** Which of the right records a left one is joined with: those from its time + lower to its time + upper, both included. */
export interface JoinBounds {
  readonly lowerMs: number
  readonly upperMs: number
}

export interface IntervalJoinSpec {
  readonly kind: 'interval-join'
  readonly function: ProcessJoinFunction<unknown, unknown, unknown>
  readonly bounds: JoinBounds
  readonly elementTypes: PairTypes
  /** Side outputs of late records; undefined: they are dropped. */
  readonly leftLateTag: string | undefined
  readonly rightLateTag: string | undefined
}

export type JoinSpec = CoGroupSpec | IntervalJoinSpec

export const joinKeepsState: KeepsState<JoinSpec> = { 'co-group': true, 'interval-join': true }
