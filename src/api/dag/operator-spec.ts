import type { KeyedProcessFunction, ProcessFunction } from '../functions/process-function.js'
import type { FilterFunction } from '../functions/filter-function.js'
import type { FlatMapFunction } from '../functions/flat-map-function.js'
import type { MapFunction } from '../functions/map-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { SinkFunction } from '../functions/sink-function.js'
import type { SourceFunction } from '../functions/source-function.js'
import type { StreamOperatorFactory } from './stream-operator-factory.js'

/**
 * What an operator does: the name of its kind and what the user gave for it. The engine turns a kind into an operator of its
 * own (runtime/taskmanager/operators), so api never reaches the engine. Plans carry the kind only; a worker finds the
 * functions again by operator id in its own copy of the graph. Which members are objects of the user's says `functionsOf`.
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
  | {
      readonly kind: 'operator'
      readonly factory: StreamOperatorFactory
      readonly functions: readonly object[]
      /** Whether it keeps state of its own, whatever its functions do. */
      readonly keepsState?: boolean
    }

export type OperatorKind = OperatorSpec['kind']

/** The user's functions in an operator, in the order in which they are opened. */
export function functionsOf(spec: OperatorSpec): readonly object[] {
  return spec.kind === 'operator' ? spec.functions : [spec.function]
}

/** Whether the operator keeps state of its own, or its functions are there for the state of keys. */
export function keepsState(spec: OperatorSpec): boolean {
  switch (spec.kind) {
    case 'reduce':
    case 'keyed-process':
      return true
    case 'operator':
      return spec.keepsState === true
    case 'source-function':
    case 'map':
    case 'flat-map':
    case 'filter':
    case 'process':
    case 'sink':
      return false
  }
}
