import type { AggregatingStateDescriptor } from './aggregating-state-descriptor.js'
import type { ListStateDescriptor } from './list-state-descriptor.js'
import type { ListState } from './list-state.js'
import type { MapStateDescriptor } from './map-state-descriptor.js'
import type { MapState } from './map-state.js'
import type { AggregatingState, ReducingState } from './merging-state.js'
import type { ReducingStateDescriptor } from './reducing-state-descriptor.js'
import type { StateDescriptor } from './state-descriptor.js'
import type { ValueStateDescriptor } from './value-state-descriptor.js'
import type { DefaultedValueState, ValueState } from './value-state.js'

/**
 * The state that a descriptor describes: `StateOf<ListStateDescriptor<number>>` is `ListState<number>`.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types, type StateOf } from 'flink-ts'
 *
 * const BUFFER = new ListStateDescriptor('buffer', Types.STRING)
 * const sizeOf = (buffer: StateOf<typeof BUFFER>): number => [...buffer.get()].length
 * ```
 */
export type StateOf<D extends StateDescriptor<unknown>> =
  D extends ValueStateDescriptor<infer T, infer Default>
    ? [Default] extends [NonNullable<unknown>]
      ? DefaultedValueState<T>
      : ValueState<T>
    : D extends ListStateDescriptor<infer T>
      ? ListState<T>
      : D extends MapStateDescriptor<infer UK, infer UV>
        ? MapState<UK, UV>
        : D extends ReducingStateDescriptor<infer T>
          ? ReducingState<T>
          : D extends AggregatingStateDescriptor<infer IN, infer _ACC, infer OUT>
            ? AggregatingState<IN, OUT>
            : never
