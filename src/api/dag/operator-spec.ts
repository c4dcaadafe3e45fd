import type { KeyedProcessFunction, ProcessFunction } from '../functions/process-function.js'
import type { FilterFunction } from '../functions/filter-function.js'
import type { FlatMapFunction } from '../functions/flat-map-function.js'
import type { MapFunction } from '../functions/map-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { SinkFunction } from '../functions/sink-function.js'
import type { SourceFunction } from '../functions/source-function.js'

/**
 * What an operator does: the name of its kind and the user's function. The engine turns a kind into an operator of its
 * own (runtime/taskmanager/operators), so api never reaches the engine. Plans carry the kind only; a worker finds the
 * function again by operator id in its own copy of the graph.
 */
export type OperatorSpec =
  | { readonly kind: 'source-function'; readonly function: SourceFunction<unknown> }
  | { readonly kind: 'map'; readonly function: MapFunction<unknown, unknown> }
  | { readonly kind: 'flat-map'; readonly function: FlatMapFunction<unknown, unknown> }
  | { readonly kind: 'filter'; readonly function: FilterFunction<unknown> }
  | { readonly kind: 'process'; readonly function: ProcessFunction<unknown, unknown> }
  | { readonly kind: 'keyed-process'; readonly function: KeyedProcessFunction<unknown, unknown, unknown> }
  | { readonly kind: 'reduce'; readonly function: ReduceFunction<unknown> }
  | { readonly kind: 'sink'; readonly function: SinkFunction<unknown> }

export type OperatorKind = OperatorSpec['kind']
