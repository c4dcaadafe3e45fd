import type { State } from './state.js'

/**
 * A {@link BroadcastState} to look into: it has no method that would change it.
 *
 * @example
 * ```ts
 * import type { ReadOnlyBroadcastState } from 'flink-ts'
 *
 * function highest(limits: ReadOnlyBroadcastState<string, number>): number {
 *   let highest = 0
 *   for (const [, limit] of limits.immutableEntries()) highest = Math.max(highest, limit)
 *   return highest
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export interface ReadOnlyBroadcastState<K, V> {
  /** Null where the map has no such key. What is given back is the state's own object: do not change it. */
  get(key: K): V | null
  contains(key: K): boolean
  /** In the order in which the keys were first put. */
  immutableEntries(): Iterable<readonly [K, V]>
}

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
export interface BroadcastState<K, V> extends State, ReadOnlyBroadcastState<K, V> {
  put(key: K, value: V): void
  putAll(entries: ReadonlyMap<K, V> | Iterable<readonly [K, V]>): void
  remove(key: K): void
  /** In the order in which the keys were first put. */
  entries(): Iterable<[K, V]>
}
