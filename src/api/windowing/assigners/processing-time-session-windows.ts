import type { DurationLike } from '../../eventtime/time.js'
import { ProcessingTimeTrigger } from '../triggers/processing-time-trigger.js'
import { positiveMilliseconds } from '../window-arguments.js'
import { TimeWindow } from '../windows/time-window.js'
import { DynamicProcessingTimeSessionWindows } from './dynamic-processing-time-session-windows.js'
import { mergeTimeWindows } from './merge-time-windows.js'
import { MergingWindowAssigner, type MergeCallback } from './merging-window-assigner.js'
import type { SessionGapArgument } from './session-window-time-gap-extractor.js'
import type { WindowAssignerContext } from './window-assigner.js'

/**
 * Sessions by the clock: records with less than a gap between them, or exactly that, are of one window, which ends a gap
 * after its last one.
 *
 * @example
 * ```ts
 * import { ProcessingTimeSessionWindows, Time } from 'flink-ts'
 *
 * const visits = ProcessingTimeSessionWindows.withGap(Time.minutes(30))
 * const byShop = ProcessingTimeSessionWindows.withDynamicGap((order: { readonly gapMs: number }) => order.gapMs)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#session-windows
 */
export class ProcessingTimeSessionWindows extends MergingWindowAssigner<unknown, TimeWindow> {
  readonly #gapMs: number

  private constructor(gapMs: number) {
    super()
    this.#gapMs = gapMs
  }

  /** The gap in ms. */
  static withGap(gap: DurationLike): ProcessingTimeSessionWindows {
    return new ProcessingTimeSessionWindows(
      positiveMilliseconds(gap, { method: 'ProcessingTimeSessionWindows.withGap', name: 'gap' }),
    )
  }

  /** A gap for each record, by a function or a SessionWindowTimeGapExtractor: whole ms, more than 0. */
  static withDynamicGap<T>(gapOf: SessionGapArgument<T>): DynamicProcessingTimeSessionWindows<T> {
    return new DynamicProcessingTimeSessionWindows(gapOf)
  }

  assignWindows(_element: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    const start = context.getCurrentProcessingTime()
    return [new TimeWindow(start, start + this.#gapMs)]
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
    return `ProcessingTimeSessionWindows(${String(this.#gapMs)})`
  }
}
