import type { State } from './state.js'

/**
 * A state that takes values in and gives something out: the shape that list, reducing and aggregating state share.
 *
 * @example
 * ```ts
 * import type { AppendingState } from 'flink-ts'
 *
 * function addAll<T>(state: AppendingState<T, unknown>, values: readonly T[]): void {
 *   for (const value of values) state.add(value)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface AppendingState<IN, OUT> extends State {
  get(): OUT
  add(value: IN): void
}

/**
 * A list a key (keyed state), or a list a subtask (operator state).
 *
 * @example
 * ```ts
 * import type { ListState } from 'flink-ts'
 *
 * function sum(values: ListState<number>): number {
 *   let total = 0
 *   for (const value of values.get()) total += value
 *   return total
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface ListState<T> extends AppendingState<T, Iterable<T>> {
  /** In the order of `add`; empty where there is nothing, never null. */
  get(): Iterable<T>
  add(value: T): void
  /** What is no list of values, so null, and a text, is STATE_VALUES_INVALID. */
  addAll(values: Iterable<T>): void
  /** Replaces the list; an empty one clears. What is no list of values is STATE_VALUES_INVALID, as for `addAll`. */
  update(values: Iterable<T>): void
}
