// Duty: the panes of sliding windows: the pieces that time is cut into by the beginnings and ends of all windows. Every window
// is a row of whole panes, and a record lies in one pane.
// Invariants: windows end at the same distance from each other as they begin, the slide. All times in ms, ends not included.
// Thread: any.
import type { Slides } from '../../../api/windowing/assigners/sliding-windows.js'
import { TimeWindow } from '../../../api/windowing/windows/time-window.js'

interface Pane {
  readonly start: number
  readonly end: number
  readonly firstEnd: number
}

export class PaneLayout {
  readonly slideMs: number
  readonly #sizeMs: number
  readonly #offsetMs: number
  /** Where windows end, between two beginnings: 0 where they end at one. */
  readonly #endMs: number
  /** Of the last record and of the one before it that lay in another: a division of such numbers takes 20 ns. */
  #last: Pane
  #other: Pane

  constructor({ sizeMs, slideMs, offsetMs }: Slides) {
    this.slideMs = slideMs
    this.#sizeMs = sizeMs
    this.#offsetMs = offsetMs
    this.#endMs = sizeMs % slideMs
    this.#last = this.#paneAt(offsetMs)
    this.#other = this.#last
  }

  /** Beginning of the pane in which the time lies. */
  startOf(timestamp: number): number {
    const last = this.#last
    if (timestamp >= last.start && timestamp < last.end) return last.start
    const other = this.#other
    const pane = timestamp >= other.start && timestamp < other.end ? other : this.#paneAt(timestamp)
    this.#other = last
    this.#last = pane
    return pane.start
  }

  /** End of the first window that the pane is part of. */
  firstEndOf(paneStart: number): number {
    const last = this.#last
    return last.start === paneStart ? last.firstEnd : this.#firstEndOf(paneStart)
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

  #paneAt(timestamp: number): Pane {
    const begin = TimeWindow.getWindowStartWithOffset(timestamp, this.#offsetMs, this.slideMs)
    const middle = begin + this.#endMs
    const [start, end] = timestamp < middle ? [begin, middle] : [middle, begin + this.slideMs]
    return { start, end, firstEnd: this.#firstEndOf(start) }
  }

  #firstEndOf(paneStart: number): number {
    return this.lastEndUpTo(paneStart) + this.slideMs
  }

  windowUntil(end: number): TimeWindow {
    return new TimeWindow(end - this.#sizeMs, end)
  }
}
