import type { State } from './state.js'

/**
 * One value a key.
 *
 * `value()` is a copy in law: a change to the returned object counts only after `update`.
 *
 * @example
 * ```ts
 * import type { ValueState } from 'flink-ts'
 *
 * function increment(count: ValueState<number>): void {
 *   count.update((count.value() ?? 0) + 1)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface ValueState<T> extends State {
  /** The value of the current key; else a fresh copy of the descriptor's default value; else null. */
  value(): T | null
  /** Null clears. */
  update(value: T | null): void
}

/**
 * The value state of a descriptor with a default value: `value()` is never null.
 *
 * @example
 * ```ts
 * import { Types, ValueStateDescriptor, type DefaultedValueState, type RuntimeContext } from 'flink-ts'
 *
 * function countOf(context: RuntimeContext): number {
 *   const count: DefaultedValueState<number> = context.getState(new ValueStateDescriptor('count', Types.LONG, 0))
 *   return count.value() + 1
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface DefaultedValueState<T> extends ValueState<T> {
  value(): T
}
