import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { StateDescriptor } from '../../state/state-descriptor.js'
import type { StateOf } from '../../state/state-of.js'

/**
 * A descriptor of state in which the state of several windows can become one.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, type MergingStateDescriptor } from 'flink-ts'
 *
 * const seen: MergingStateDescriptor = new ListStateDescriptor<string>('seen')
 * ```
 */
export type MergingStateDescriptor = StateDescriptor<unknown> & { readonly kind: 'list' | 'reducing' | 'aggregating' }

/**
 * What a {@link Trigger} has: time, timers and state, all of one key and window. Valid during the call only.
 *
 * @example
 * ```ts
 * import { ValueStateDescriptor, type TriggerContext } from 'flink-ts'
 *
 * const SEEN = new ValueStateDescriptor<number>('seen')
 * function count(context: TriggerContext): number {
 *   const seen = context.getPartitionedState(SEEN)
 *   const count = (seen.value() ?? 0) + 1
 *   seen.update(count)
 *   return count
 * }
 * ```
 */
export interface TriggerContext {
  /** Ms since the epoch, by the clock. */
  getCurrentProcessingTime(): number
  getMetricGroup(): MetricGroup
  /** How far event time has come, in ms since the epoch: -Infinity at first. */
  getCurrentWatermark(): number
  /** Calls `onProcessingTime` when the clock passes the time. */
  registerProcessingTimeTimer(timeMs: number): void
  /** Calls `onEventTime` when the watermark reaches the time; one in the past: with the next watermark. */
  registerEventTimeTimer(timeMs: number): void
  deleteProcessingTimeTimer(timeMs: number): void
  deleteEventTimeTimer(timeMs: number): void
  /** State of the window and key; its names are among those of the operator. `clear` of the trigger has to clear it. */
  getPartitionedState<D extends StateDescriptor<unknown>>(descriptor: D): StateOf<D>
}

/**
 * What a {@link Trigger} has where windows become one: the context of the new window.
 *
 * @example
 * ```ts
 * import { ReducingStateDescriptor, type OnMergeContext } from 'flink-ts'
 *
 * const SUM = new ReducingStateDescriptor<number>('sum', (a, b) => a + b)
 * const merged = (context: OnMergeContext): void => context.mergePartitionedState(SUM)
 * ```
 */
export interface OnMergeContext extends TriggerContext {
  /** The state of the merged windows becomes that of the new one. List, reducing and aggregating state only. */
  mergePartitionedState(descriptor: MergingStateDescriptor): void
}
