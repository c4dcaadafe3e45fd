import type { AppendingState } from './list-state.js'

/**
 * One value a key, combined from everything added by the descriptor's reduce function.
 *
 * @example
 * ```ts
 * import { ReducingStateDescriptor, Types, type ReducingState, type RuntimeContext } from 'flink-ts'
 *
 * function total(context: RuntimeContext): ReducingState<number> {
 *   return context.getReducingState(new ReducingStateDescriptor('total', (a, b) => a + b, Types.LONG))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface ReducingState<T> extends AppendingState<T, T | null> {
  /** Null before the first `add`. */
  get(): T | null
}

/**
 * One accumulator a key, to which values are added by the descriptor's aggregate function.
 *
 * @example
 * ```ts
 * import type { AggregatingState } from 'flink-ts'
 *
 * function averageWith(state: AggregatingState<number, number>, value: number): number {
 *   state.add(value)
 *   return state.get() ?? value
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface AggregatingState<IN, OUT> extends AppendingState<IN, OUT | null> {
  /** Null before the first `add`. */
  get(): OUT | null
}
