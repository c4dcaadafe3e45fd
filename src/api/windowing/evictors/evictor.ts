import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Window } from '../windows/window.js'
import type { TimestampedValue } from './timestamped-value.js'

/**
 * What an {@link Evictor} may ask of its operator.
 *
 * @example
 * ```ts
 * import type { EvictorContext, TimestampedValue } from 'flink-ts'
 *
 * const isPast = (element: TimestampedValue<unknown>, context: EvictorContext): boolean =>
 *   element.getTimestamp() <= context.getCurrentWatermark()
 * ```
 */
export interface EvictorContext {
  /** Ms since the epoch, by the clock. */
  getCurrentProcessingTime(): number
  getMetricGroup(): MetricGroup
  /** How far event time has come, in ms since the epoch: -Infinity at first. */
  getCurrentWatermark(): number
}

/**
 * Takes records out of a window when it fires, before or after its function. What it takes out is gone for good. `elements`
 * is an array in the order of arrival, to be changed in place.
 *
 * @example
 * ```ts
 * import { Evictor, type TimestampedValue, type Window } from 'flink-ts'
 *
 * // The function sees no empty texts.
 * class NoEmptyTexts extends Evictor<string, Window> {
 *   evictBefore(elements: TimestampedValue<string>[]): void {
 *     const kept = elements.filter((element) => element.getValue() !== '')
 *     elements.splice(0, elements.length, ...kept)
 *   }
 *   evictAfter(): void {}
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#evictors
 */
export abstract class Evictor<T, W extends Window> {
  /** `size`: of the elements at first. */
  abstract evictBefore(elements: TimestampedValue<T>[], size: number, window: W, ctx: EvictorContext): void
  abstract evictAfter(elements: TimestampedValue<T>[], size: number, window: W, ctx: EvictorContext): void
}
