import type { TimeWindow } from '../windows/time-window.js'
import type { MergeCallback } from './merging-window-assigner.js'

/** Tells of each group of windows that intersect or touch, and of the window that covers it. */
export function mergeTimeWindows(windows: Iterable<TimeWindow>, callback: MergeCallback<TimeWindow>): void {
  const sorted = [...windows].sort((left, right) => left.getStart() - right.getStart())
  let [cover] = sorted
  if (cover === undefined) return
  let group = [cover]
  for (const window of sorted.slice(1)) {
    if (cover.intersects(window)) {
      cover = cover.cover(window)
      group.push(window)
      continue
    }
    if (group.length > 1) callback.merge(group, cover)
    cover = window
    group = [window]
  }
  if (group.length > 1) callback.merge(group, cover)
}
