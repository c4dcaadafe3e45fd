import type { BroadcastState } from './broadcast-state.js'
import type { ListStateDescriptor } from './list-state-descriptor.js'
import type { ListState } from './list-state.js'
import type { MapStateDescriptor } from './map-state-descriptor.js'

/**
 * Gives access to the state of an operator's subtask, which belongs to no key.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types, type ListState, type OperatorStateStore } from 'flink-ts'
 *
 * function offsets(store: OperatorStateStore): ListState<number> {
 *   return store.getListState(new ListStateDescriptor('offsets', Types.LONG))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#operator-state
 */
export interface OperatorStateStore {
  /** After a restore with another parallelism the elements of all subtasks are split evenly. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>
  /** After a restore each subtask gets the elements of all. */
  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>
  /** Every subtask holds the same map; after a restore each gets a copy. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>
}
