import { EventTimeTrigger } from '../triggers/event-time-trigger.js'
import { TimeWindow } from '../windows/time-window.js'
import { mergeTimeWindows } from './merge-time-windows.js'
import { MergingWindowAssigner, type MergeCallback } from './merging-window-assigner.js'
import { gapExtractorOf, gapOfElement, type SessionGapArgument } from './session-window-time-gap-extractor.js'
import type { SessionWindowTimeGapExtractor } from './session-window-time-gap-extractor.js'

/**
 * Sessions by event time whose gap each record says for itself: see {@link EventTimeSessionWindows}.
 *
 * @example
 * ```ts
 * import { DynamicEventTimeSessionWindows } from 'flink-ts'
 *
 * const byShop = DynamicEventTimeSessionWindows.withDynamicGap((order: { readonly gapMs: number }) => order.gapMs)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#session-windows
 */
export class DynamicEventTimeSessionWindows<T> extends MergingWindowAssigner<T, TimeWindow> {
  readonly #gapOf: SessionWindowTimeGapExtractor<T>

  constructor(gapOf: SessionGapArgument<T>) {
    super()
    this.#gapOf = gapExtractorOf(gapOf, 'EventTimeSessionWindows.withDynamicGap')
  }

  static withDynamicGap<T>(gapOf: SessionGapArgument<T>): DynamicEventTimeSessionWindows<T> {
    return new DynamicEventTimeSessionWindows(gapOf)
  }

  /** SESSION_GAP_INVALID where the record gives no gap. */
  assignWindows(element: T, timestamp: number): readonly TimeWindow[] {
    return [new TimeWindow(timestamp, timestamp + gapOfElement(element, this.#gapOf))]
  }

  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
    mergeTimeWindows(windows, callback)
  }

  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }

  isEventTime(): boolean {
    return true
  }

  override toString(): string {
    return 'DynamicEventTimeSessionWindows()'
  }
}
