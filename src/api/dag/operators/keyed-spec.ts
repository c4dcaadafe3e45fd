import type { KeyedProcessFunction } from '../../functions/process-function.js'
import type { ReduceFunction } from '../../functions/reduce-function.js'
import type { KeepsState } from './keeps-state.js'

/** Operators that only a keyed stream has. */
export type KeyedSpec =
  | { readonly kind: 'keyed-process'; readonly function: KeyedProcessFunction<unknown, unknown, unknown> }
  | { readonly kind: 'reduce'; readonly function: ReduceFunction<unknown> }

export const keyedKeepsState: KeepsState<KeyedSpec> = { 'keyed-process': true, reduce: true }
