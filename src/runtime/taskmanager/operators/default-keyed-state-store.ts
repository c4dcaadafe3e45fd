// Duty: keyed state by descriptor, as functions ask for it.
// Invariants: on an operator whose input is not keyed every request is KEYED_STATE_ON_NON_KEYED_STREAM.
// Thread: the task worker that owns the operator.
import type { AggregatingStateDescriptor } from '../../../api/state/aggregating-state-descriptor.js'
import type { KeyedStateStore } from '../../../api/state/keyed-state-store.js'
import type { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { MapStateDescriptor } from '../../../api/state/map-state-descriptor.js'
import type { MapState } from '../../../api/state/map-state.js'
import type { AggregatingState, ReducingState } from '../../../api/state/merging-state.js'
import type { ReducingStateDescriptor } from '../../../api/state/reducing-state-descriptor.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { State } from '../../../api/state/state.js'
import type { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import type { DefaultedValueState, ValueState } from '../../../api/state/value-state.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { checkedDescriptor } from '../state/checked-descriptor.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'

export class DefaultKeyedStateStore implements KeyedStateStore {
  readonly #operatorName: string
  readonly #backend: KeyedStateBackend | undefined

  constructor(operatorName: string, backend: KeyedStateBackend | undefined) {
    this.#operatorName = operatorName
    this.#backend = backend
  }

  getState<T, D extends T & NonNullable<unknown>>(descriptor: ValueStateDescriptor<T, D>): DefaultedValueState<T>
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>
  getState(descriptor: StateDescriptor<unknown>): State {
    return this.keyedState(checkedDescriptor(descriptor, 'value', this.#operatorName))
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.keyedState(checkedDescriptor(descriptor, 'list', this.#operatorName)) as ListState<T>
  }

  getMapState<UK, UV>(descriptor: MapStateDescriptor<UK, UV>): MapState<UK, UV> {
    return this.keyedState(checkedDescriptor(descriptor, 'map', this.#operatorName)) as MapState<UK, UV>
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return this.keyedState(checkedDescriptor(descriptor, 'reducing', this.#operatorName)) as ReducingState<T>
  }

  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT> {
    return this.keyedState(checkedDescriptor(descriptor, 'aggregating', this.#operatorName)) as AggregatingState<
      IN,
      OUT
    >
  }

  protected keyedState(descriptor: StateDescriptor<unknown>): State {
    const backend = this.#backend
    if (backend !== undefined) {
      const state = backend.getOrCreateKeyedState(descriptor)
      if (!descriptor.ttlConfig.isEnabled()) backend.countEntriesOf?.(descriptor.name)
      return state
    }
    const details = { operator: this.#operatorName, state: descriptor.name }
    throw new FlinkError('KEYED_STATE_ON_NON_KEYED_STREAM', details)
  }
}
