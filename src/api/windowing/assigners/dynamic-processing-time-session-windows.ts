import { ProcessingTimeTrigger } from '../triggers/processing-time-trigger.js'
import { TimeWindow } from '../windows/time-window.js'
import { mergeTimeWindows } from './merge-time-windows.js'
import { MergingWindowAssigner, type MergeCallback } from './merging-window-assigner.js'
import { gapExtractorOf, gapOfElement, type SessionGapArgument } from './session-window-time-gap-extractor.js'
import type { SessionWindowTimeGapExtractor } from './session-window-time-gap-extractor.js'
import type { WindowAssignerContext } from './window-assigner.js'

/**
 * Sessions by the clock whose gap each record says for itself: see {@link ProcessingTimeSessionWindows}.
 *
 * @example
 * ```ts
 * import { DynamicProcessingTimeSessionWindows } from 'flink-ts'
 *
 * const byShop = DynamicProcessingTimeSessionWindows.withDynamicGap((order: { readonly gapMs: number }) => order.gapMs)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#session-windows
 */
export class DynamicProcessingTimeSessionWindows<T> extends MergingWindowAssigner<T, TimeWindow> {
  readonly #gapOf: SessionWindowTimeGapExtractor<T>

  constructor(gapOf: SessionGapArgument<T>) {
    super()
    this.#gapOf = gapExtractorOf(gapOf, 'ProcessingTimeSessionWindows.withDynamicGap')
  }

  static withDynamicGap<T>(gapOf: SessionGapArgument<T>): DynamicProcessingTimeSessionWindows<T> {
    return new DynamicProcessingTimeSessionWindows(gapOf)
  }

  /** SESSION_GAP_INVALID where the record gives no gap. */
  assignWindows(element: T, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    const start = context.getCurrentProcessingTime()
    return [new TimeWindow(start, start + gapOfElement(element, this.#gapOf))]
  }

  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
    mergeTimeWindows(windows, callback)
  }

  getDefaultTrigger(): ProcessingTimeTrigger {
    return ProcessingTimeTrigger.create()
  }

  isEventTime(): boolean {
    return false
  }

  override toString(): string {
    return 'DynamicProcessingTimeSessionWindows()'
  }
}
