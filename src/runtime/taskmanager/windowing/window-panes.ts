// Duty: the panes of one key: what the records of each were combined to, and up to where its windows have fired and ended.
// Invariants: panes are in the order of time, none is empty. Every window with one of them in it that has fired for good or
// ended is not after `firedUpTo` or `cleanedUpTo`. A snapshot has the one object, the operator a copy of it, which shares what
// the panes hold until it changes it.
// Thread: the task worker that owns the operator.
import type { ContentsFold } from './contents-fold.js'
import type { PaneLayout } from './pane-layout.js'
import { PaneSweep, type Combined } from './pane-sweep.js'

export interface Pane extends Combined {
  readonly start: number
  held: unknown
  /** A snapshot may have it as well. */
  isShared: boolean
}

export class WindowPanes {
  /** Ends of windows. */
  firedUpTo: number = Number.NEGATIVE_INFINITY
  cleanedUpTo: number = Number.NEGATIVE_INFINITY
  readonly #panes: Pane[]
  #created = 0
  #nextEnd = Number.POSITIVE_INFINITY
  #sweep: PaneSweep | undefined
  /** Panes before it are in rows of the sweep. */
  #sweptTo = Number.NEGATIVE_INFINITY

  /** In the order of time. */
  constructor(panes: Pane[] = []) {
    this.#panes = panes
    for (const { created } of panes) this.#created = Math.max(this.#created, created + 1)
  }

  get panes(): readonly Pane[] {
    return this.#panes
  }

  copy(): WindowPanes {
    const copy = new WindowPanes(this.#panes.map((pane) => ({ ...pane, isShared: true })))
    copy.firedUpTo = this.firedUpTo
    copy.cleanedUpTo = this.cleanedUpTo
    copy.#created = this.#created
    copy.#nextEnd = this.#nextEnd
    copy.#sweep = this.#sweep
    copy.#sweptTo = this.#sweptTo
    return copy
  }

  /** True when it is the first record of its pane. */
  add(start: number, value: unknown, fold: ContentsFold): boolean {
    if (start < this.#sweptTo) this.#forgetSweep()
    const panes = this.#panes
    let at = panes.length - 1
    while (at >= 0 && (panes[at] as Pane).start > start) at -= 1
    const pane = panes[at]
    if (pane?.start === start) {
      const held = pane.isShared ? fold.copy(pane.held) : pane.held
      pane.isShared = false
      pane.held = fold.add(held, value)
      return false
    }
    const added = { start, held: fold.add(undefined, value), created: this.#created, isShared: false }
    this.#created += 1
    if (at === panes.length - 1) panes.push(added)
    else panes.splice(at + 1, 0, added)
    return true
  }

  /** Of the panes from `from` to `to`; undefined where there is none. What is held is the caller's. */
  combine(from: number, to: number, fold: ContentsFold): Combined | undefined {
    const first = this.#indexFrom(from)
    const end = this.#indexFrom(to)
    if (first === end) return undefined
    let sweep = this.#sweep
    let middle = sweep === undefined ? first : this.#indexFrom(sweep.split)
    if (sweep === undefined || middle <= first || middle > end) {
      sweep = new PaneSweep(to)
      this.#sweep = sweep
      this.#sweptTo = to
      middle = end
    }
    if (to > this.#sweptTo) this.#sweptTo = to
    return sweep.combine(this.#panes, { middle, left: middle - first, right: end - middle }, fold)
  }

  /** End of the first window with a timer, as far as it is known; Infinity where there is none. */
  get knownNextEnd(): number {
    return this.#nextEnd
  }

  setNextEnd(end: number): void {
    this.#nextEnd = end
  }

  /** The window has fired. */
  fired(end: number, layout: PaneLayout): number {
    this.firedUpTo = end
    this.#nextEnd = this.#findNextEnd(layout)
    return this.#nextEnd
  }

  /** What has fired and ended before a pane came in, or is about to. */
  noteTime(firedUpTo: number, cleanedUpTo: number): void {
    if (firedUpTo > this.firedUpTo) this.firedUpTo = firedUpTo
    if (cleanedUpTo > this.cleanedUpTo) this.cleanedUpTo = cleanedUpTo
  }

  /** The window has ended: panes that it was the last one of go. False where none is left. */
  cleaned(end: number, layout: PaneLayout): boolean {
    if (end > this.cleanedUpTo) this.cleanedUpTo = end
    const panes = this.#panes
    let count = 0
    while (count < panes.length && layout.lastEndOf((panes[count] as Pane).start) <= this.cleanedUpTo) count += 1
    if (count > 0) panes.splice(0, count)
    return panes.length > 0
  }

  #findNextEnd(layout: PaneLayout): number {
    for (const { start } of this.#panes) {
      if (layout.lastEndOf(start) <= this.firedUpTo) continue
      return Math.max(layout.firstEndOf(start), this.firedUpTo + layout.slideMs)
    }
    return Number.POSITIVE_INFINITY
  }

  #forgetSweep(): void {
    this.#sweep = undefined
    this.#sweptTo = Number.NEGATIVE_INFINITY
  }

  /** Index of the first pane that begins at `start` or after it. */
  #indexFrom(start: number): number {
    const panes = this.#panes
    let low = 0
    let high = panes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((panes[middle] as Pane).start < start) low = middle + 1
      else high = middle
    }
    return low
  }
}
