import type { BroadcastProcessFunction } from '../../functions/broadcast-process-function.js'
import type { CoFlatMapFunction } from '../../functions/co-flat-map-function.js'
import type { CoMapFunction } from '../../functions/co-map-function.js'
import type { CoProcessFunction, KeyedCoProcessFunction } from '../../functions/co-process-function.js'
import type { KeyedBroadcastProcessFunction } from '../../functions/keyed-broadcast-process-function.js'
import type { MapStateDescriptor } from '../../state/map-state-descriptor.js'
import type { KeepsState } from './keeps-state.js'

/** The broadcast states of a function, as `broadcast(...)` was given them. */
interface DeclaredBroadcastStates {
  readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[]
}

/** Operators of two streams. The second one of the `...broadcast-process` is broadcast. */
export type TwoInputSpec =
  | { readonly kind: 'co-map'; readonly function: CoMapFunction<unknown, unknown, unknown> }
  | { readonly kind: 'co-flat-map'; readonly function: CoFlatMapFunction<unknown, unknown, unknown> }
  | { readonly kind: 'co-process'; readonly function: CoProcessFunction<unknown, unknown, unknown> }
  | { readonly kind: 'keyed-co-process'; readonly function: KeyedCoProcessFunction<unknown, unknown, unknown, unknown> }
  | (DeclaredBroadcastStates & {
      readonly kind: 'broadcast-process'
      readonly function: BroadcastProcessFunction<unknown, unknown, unknown>
    })
  | (DeclaredBroadcastStates & {
      readonly kind: 'keyed-broadcast-process'
      readonly function: KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>
    })

export const twoInputKeepsState: KeepsState<TwoInputSpec> = {
  'co-map': false,
  'co-flat-map': false,
  'co-process': false,
  'keyed-co-process': true,
  'broadcast-process': true,
  'keyed-broadcast-process': true,
}
