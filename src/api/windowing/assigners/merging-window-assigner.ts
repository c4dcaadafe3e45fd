import type { Window } from '../windows/window.js'
import { WindowAssigner } from './window-assigner.js'

/**
 * Is told which windows become one, by {@link MergingWindowAssigner.mergeWindows}.
 *
 * @example
 * ```ts
 * import { TimeWindow, type MergeCallback } from 'flink-ts'
 *
 * const printed: MergeCallback<TimeWindow> = { merge: (windows, result) => console.log([...windows].length, result) }
 * ```
 */
export interface MergeCallback<W extends Window> {
  /** `toBeMerged`: at least two, all of those that were given. */
  merge(toBeMerged: Iterable<W>, mergeResult: W): void
}

/**
 * A {@link WindowAssigner} whose windows grow together, as those of sessions do. Their trigger has to be one that can merge.
 *
 * @example
 * ```ts
 * import { EventTimeTrigger, MergingWindowAssigner, TimeWindow, type MergeCallback } from 'flink-ts'
 *
 * // Visits of one user, as one window from the first to the last of them.
 * class OneVisit extends MergingWindowAssigner<unknown, TimeWindow> {
 *   assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
 *     return [new TimeWindow(timestamp, timestamp + 1000)]
 *   }
 *   mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
 *     const [first, ...others] = windows
 *     if (first === undefined || others.length === 0) return
 *     callback.merge(windows, others.reduce((all, window) => all.cover(window), first))
 *   }
 *   getDefaultTrigger(): EventTimeTrigger {
 *     return EventTimeTrigger.create()
 *   }
 *   isEventTime(): boolean {
 *     return true
 *   }
 * }
 * ```
 */
export abstract class MergingWindowAssigner<T, W extends Window> extends WindowAssigner<T, W> {
  /** Calls back once for each group of these windows that become one. */
  abstract mergeWindows(windows: readonly W[], callback: MergeCallback<W>): void
}
