import type { FilterFunction } from '../../functions/filter-function.js'
import type { FlatMapFunction } from '../../functions/flat-map-function.js'
import type { MapFunction } from '../../functions/map-function.js'
import type { ProcessFunction } from '../../functions/process-function.js'
import type { KeepsState } from './keeps-state.js'

/** Operators of one stream, keyed or not. */
export type OneInputSpec =
  | { readonly kind: 'map'; readonly function: MapFunction<unknown, unknown> }
  | { readonly kind: 'flat-map'; readonly function: FlatMapFunction<unknown, unknown> }
  | { readonly kind: 'filter'; readonly function: FilterFunction<unknown> }
  | { readonly kind: 'process'; readonly function: ProcessFunction<unknown, unknown> }

export const oneInputKeepsState: KeepsState<OneInputSpec> = {
  map: false,
  'flat-map': false,
  filter: false,
  process: false,
}
