import type { DurationLike } from '../../eventtime/time.js'
import { EventTimeTrigger } from '../triggers/event-time-trigger.js'
import { positiveMilliseconds } from '../window-arguments.js'
import { TimeWindow } from '../windows/time-window.js'
import { DynamicEventTimeSessionWindows } from './dynamic-event-time-session-windows.js'
import { mergeTimeWindows } from './merge-time-windows.js'
import { MergingWindowAssigner, type MergeCallback } from './merging-window-assigner.js'
import type { SessionGapArgument } from './session-window-time-gap-extractor.js'

/**
 * Sessions by event time: records with less than a gap between them, or exactly that, are of one window, which ends a gap
 * after its last one.
 *
 * @example
 * ```ts
 * import { EventTimeSessionWindows, Time } from 'flink-ts'
 *
 * const visits = EventTimeSessionWindows.withGap(Time.minutes(30))
 * const byShop = EventTimeSessionWindows.withDynamicGap((order: { readonly gapMs: number }) => order.gapMs)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#session-windows
 */
export class EventTimeSessionWindows extends MergingWindowAssigner<unknown, TimeWindow> {
  readonly #gapMs: number

  private constructor(gapMs: number) {
    super()
    this.#gapMs = gapMs
  }

  /** The gap in ms. */
  static withGap(gap: DurationLike): EventTimeSessionWindows {
    return new EventTimeSessionWindows(
      positiveMilliseconds(gap, { method: 'EventTimeSessionWindows.withGap', name: 'gap' }),
    )
  }

  /** A gap for each record, by a function or a SessionWindowTimeGapExtractor: whole ms, more than 0. */
  static withDynamicGap<T>(gapOf: SessionGapArgument<T>): DynamicEventTimeSessionWindows<T> {
    return new DynamicEventTimeSessionWindows(gapOf)
  }

  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    return [new TimeWindow(timestamp, timestamp + this.#gapMs)]
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
    return `EventTimeSessionWindows(${String(this.#gapMs)})`
  }
}
