// Duty: the windows of one key that may still merge, and in which namespace the contents of each of them lie.
// Invariants: a window keeps the state window that it was given first, so a merge moves the contents of all but one of the
// merged windows. `entries` are [window, state window] pairs; no two windows are equal.
// Thread: the task worker that owns the operator.
import type { MergingWindowAssigner } from '../../../api/windowing/assigners/merging-window-assigner.js'
import type { TimeWindow } from '../../../api/windowing/windows/time-window.js'
import type { Window } from '../../../api/windowing/windows/window.js'

export type WindowEntry = readonly [window: Window, stateWindow: Window]

export interface WindowMerge {
  readonly mergeResult: Window
  /** The living windows that it is made of; not the new one. */
  readonly mergedWindows: readonly Window[]
  readonly stateWindow: Window
  /** Those whose contents go to the state window. */
  readonly mergedStateWindows: readonly Window[]
}

export class MergingWindowSet {
  readonly #assigner: MergingWindowAssigner<unknown, Window>
  #entries: readonly WindowEntry[]
  #hasChanged = false

  /** `entries` are not changed. */
  constructor(assigner: MergingWindowAssigner<unknown, Window>, entries: readonly WindowEntry[]) {
    this.#assigner = assigner
    this.#entries = entries
  }

  get entries(): readonly WindowEntry[] {
    return this.#entries
  }

  /** Since it was made. */
  get hasChanged(): boolean {
    return this.#hasChanged
  }

  /** Undefined where the window is not in flight. */
  getStateWindow(window: Window): Window | undefined {
    return this.#entries.find(([each]) => each.equals(window))?.[1]
  }

  retireWindow(window: Window): void {
    this.#put(this.#entries.filter(([each]) => !each.equals(window)))
  }

  /** The window in which the new one is from now on. `onMerge` is called where living windows change, once a group. */
  addWindow(newWindow: Window, onMerge: (merge: WindowMerge) => void): Window {
    const groups: { readonly windows: readonly Window[]; readonly result: Window }[] = []
    const windows = [...this.#entries.map(([window]) => window), newWindow]
    this.#assigner.mergeWindows(windows, {
      merge: (toBeMerged, result) => {
        groups.push({ windows: [...toBeMerged], result })
      },
    })
    let resultWindow: Window | undefined
    for (const { windows: merged, result } of groups) {
      if (merged.some((each) => each.equals(newWindow))) resultWindow = result
      this.#merge(withoutOne(merged, newWindow, this.#entries), result, onMerge)
    }
    if (resultWindow !== undefined) return resultWindow
    if (this.getStateWindow(newWindow) === undefined) this.#put([...this.#entries, [newWindow, newWindow]])
    return newWindow
  }

  /** As addWindow, of windows that merge where they touch: of which no two that are here do. */
  addTimeWindow(newWindow: TimeWindow, onMerge: (merge: WindowMerge) => void): TimeWindow {
    let cover = newWindow
    const touched: TimeWindow[] = []
    for (const [each] of this.#entries) {
      const window = each as TimeWindow
      if (!window.intersects(newWindow)) continue
      touched.push(window)
      cover = cover.cover(window)
    }
    const [only] = touched
    if (only === undefined) this.#put([...this.#entries, [newWindow, newWindow]])
    else if (touched.length > 1 || !cover.equals(only)) {
      touched.sort((left, right) => left.getStart() - right.getStart())
      this.#merge(touched, cover, onMerge)
    }
    return cover
  }

  #merge(mergedWindows: readonly Window[], mergeResult: Window, onMerge: (merge: WindowMerge) => void): void {
    const isMerged = (window: Window): boolean => mergedWindows.some((each) => each.equals(window))
    const stateWindows = this.#entries.filter(([window]) => isMerged(window)).map(([, stateWindow]) => stateWindow)
    const [stateWindow = mergeResult, ...mergedStateWindows] = stateWindows
    const [only] = mergedWindows
    // The new window lies in a living one.
    if (mergedWindows.length === 1 && only?.equals(mergeResult) === true) return
    this.#put([...this.#entries.filter(([window]) => !isMerged(window)), [mergeResult, stateWindow]])
    if (mergedWindows.length > 0) onMerge({ mergeResult, mergedWindows, stateWindow, mergedStateWindows })
  }

  #put(entries: readonly WindowEntry[]): void {
    this.#entries = entries
    this.#hasChanged = true
  }
}

/** The windows of a group without the new one, which has no contents yet, unless an equal one is living. */
function withoutOne(group: readonly Window[], newWindow: Window, living: readonly WindowEntry[]): readonly Window[] {
  const unique = group.filter((each, index) => group.findIndex((other) => other.equals(each)) === index)
  return unique.filter((each) => !each.equals(newWindow) || living.some(([window]) => window.equals(each)))
}
