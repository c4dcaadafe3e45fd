import type { State } from './state.js'

/**
 * A map that every subtask holds in full: operator state of which all subtasks have the same contents.
 *
 * @example
 * ```ts
 * import type { BroadcastState } from 'flink-ts'
 *
 * function addRule(rules: BroadcastState<string, number>, name: string, limit: number): void {
 *   if (!rules.contains(name)) rules.put(name, limit)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export interface BroadcastState<K, V> extends State {
  /** Null where the map has no such key. */
  get(key: K): V | null
  contains(key: K): boolean
  put(key: K, value: V): void
  putAll(entries: ReadonlyMap<K, V> | Iterable<readonly [K, V]>): void
  remove(key: K): void
  /** In the order in which the keys were first put. */
  entries(): Iterable<[K, V]>
}
