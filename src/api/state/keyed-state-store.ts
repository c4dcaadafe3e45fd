import type { AggregatingStateDescriptor } from './aggregating-state-descriptor.js'
import type { ListStateDescriptor } from './list-state-descriptor.js'
import type { ListState } from './list-state.js'
import type { MapStateDescriptor } from './map-state-descriptor.js'
import type { MapState } from './map-state.js'
import type { AggregatingState, ReducingState } from './merging-state.js'
import type { ReducingStateDescriptor } from './reducing-state-descriptor.js'
import type { ValueStateDescriptor } from './value-state-descriptor.js'
import type { DefaultedValueState, ValueState } from './value-state.js'

/**
 * Gives access to keyed state by descriptor. The returned state always works on the key of the record at hand, and is
 * STATE_ACCESS_WITHOUT_KEY where there is none: in open(), in checkpoint hooks, in callbacks that come later. Two
 * descriptors with one name and different kinds or types are the error STATE_NAME_CONFLICT.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, type KeyedStateStore, type ListState } from 'flink-ts'
 *
 * function bufferOf(store: KeyedStateStore): ListState<string> {
 *   return store.getListState(new ListStateDescriptor<string>('buffer'))
 * }
 * ```
 */
export interface KeyedStateStore {
  /** Where the descriptor has a default value, `value()` of the state is never null. */
  getState<T, D extends T & NonNullable<unknown>>(descriptor: ValueStateDescriptor<T, D>): DefaultedValueState<T>
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>
  getMapState<UK, UV>(descriptor: MapStateDescriptor<UK, UV>): MapState<UK, UV>
  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>
  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT>
}
