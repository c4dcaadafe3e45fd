import type { AggregateFunction } from '../../functions/aggregate-function.js'
import type { CoGroupFunction } from '../../functions/co-group-function.js'
import type { FlatJoinFunction } from '../../functions/flat-join-function.js'
import type { JoinFunction } from '../../functions/join-function.js'
import type { ReduceFunction } from '../../functions/reduce-function.js'
import type { TypeInformation } from '../../types/type-information.js'
import type { WindowAssigner } from '../../windowing/assigners/window-assigner.js'
import type { Evictor } from '../../windowing/evictors/evictor.js'
import type { AllWindowFunction } from '../../windowing/functions/all-window-function.js'
import type { ProcessAllWindowFunction } from '../../windowing/functions/process-all-window-function.js'
import type { ProcessWindowFunction } from '../../windowing/functions/process-window-function.js'
import type { WindowFunction } from '../../windowing/functions/window-function.js'
import type { Trigger } from '../../windowing/triggers/trigger.js'
import type { Window } from '../../windowing/windows/window.js'
import type { KnownWindowing } from '../../windowing/known-windowing.js'
import type { KeepsState } from './keeps-state.js'

/** What of the records of a window is kept until it fires: all of them, or one value. */
export type WindowContentsSpec =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'reducing'
      readonly function: ReduceFunction<unknown>
      /** It asks which of two records came first, and not only which was the first of all. */
      readonly isOrderSensitive: boolean
    }
  | {
      readonly kind: 'aggregating'
      readonly function: AggregateFunction<unknown, unknown, unknown>
      readonly accumulatorType: TypeInformation<unknown> | undefined
    }

/** What makes results of it; without a function the one value is the result. */
export type WindowResultSpec =
  | { readonly kind: 'contents' }
  | { readonly kind: 'process'; readonly function: ProcessWindowFunction<unknown, unknown, unknown, Window> }
  | { readonly kind: 'apply'; readonly function: WindowFunction<unknown, unknown, unknown, Window> }
  | { readonly kind: 'process-all'; readonly function: ProcessAllWindowFunction<unknown, unknown, Window> }
  | { readonly kind: 'apply-all'; readonly function: AllWindowFunction<unknown, unknown, Window> }
  | CoGroupResultSpec

/** Of a window of two streams, whose records are TaggedUnions. */
export type CoGroupResultSpec =
  | { readonly kind: 'co-group'; readonly function: CoGroupFunction<unknown, unknown, unknown> }
  | { readonly kind: 'join'; readonly function: JoinFunction<unknown, unknown, unknown> }
  | { readonly kind: 'flat-join'; readonly function: FlatJoinFunction<unknown, unknown, unknown> }

/** How records become windows. */
export interface WindowingSpec {
  readonly assigner: WindowAssigner<unknown, Window>
  readonly trigger: Trigger<unknown, Window>
  readonly evictor: Evictor<unknown, Window> | undefined
  readonly allowedLatenessMs: number
  /** Side output of late records; undefined: they are dropped. */
  readonly lateTag: string | undefined
  readonly known: KnownWindowing
}

/** The windows of a keyed stream; one without keys has one key. */
export interface WindowSpec extends WindowingSpec {
  readonly kind: 'window'
  readonly contents: WindowContentsSpec
  readonly result: WindowResultSpec
  /** Of the records, where it is declared. */
  readonly elementType: TypeInformation<unknown> | undefined
  /** All that is the user's: the function of the results comes first. */
  readonly functions: readonly object[]
}

export const windowKeepsState: KeepsState<WindowSpec> = { window: true }
