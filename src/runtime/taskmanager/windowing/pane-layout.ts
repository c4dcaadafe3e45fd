// Duty: the panes of sliding windows: the pieces that time is cut into by the beginnings and ends of all windows. Every window
// is a row of whole panes, and a record lies in one pane.
// Invariants: windows end at the same distance from each other as they begin, the slide. All times in ms, ends not included.
// Thread: any.
import type { Slides } from '../../../api/windowing/assigners/sliding-windows.js'
import { TimeWindow } from '../../../api/windowing/windows/time-window.js'

export class PaneLayout {
  readonly slideMs: number
  readonly #sizeMs: number
  readonly #offsetMs: number
  /** Where windows end, between two beginnings: 0 where they end at one. */
  readonly #endMs: number

  constructor({ sizeMs, slideMs, offsetMs }: Slides) {
    this.slideMs = slideMs
    this.#sizeMs = sizeMs
    this.#offsetMs = offsetMs
    this.#endMs = sizeMs % slideMs
  }

  /** Beginning of the pane in which the time lies. */
  startOf(timestamp: number): number {
    const begin = TimeWindow.getWindowStartWithOffset(timestamp, this.#offsetMs, this.slideMs)
    const end = begin + this.#endMs
    return timestamp < end ? begin : end
  }

  /** End of the first window that the pane is part of. */
  firstEndOf(paneStart: number): number {
    return this.lastEndUpTo(paneStart) + this.slideMs
  }

  /** End of the last window that the pane is part of. */
  lastEndOf(paneStart: number): number {
    return TimeWindow.getWindowStartWithOffset(paneStart, this.#offsetMs, this.slideMs) + this.#sizeMs
  }

  /** The last end of a window that is not after `time`; -Infinity and Infinity for themselves. */
  lastEndUpTo(time: number): number {
    if (!Number.isFinite(time)) return time
    return TimeWindow.getWindowStartWithOffset(time, this.#offsetMs + this.#endMs, this.slideMs)
  }

  windowUntil(end: number): TimeWindow {
    return new TimeWindow(end - this.#sizeMs, end)
  }
}
