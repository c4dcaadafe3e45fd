// Duty: a session of one key that may still grow, and the list of those of a key.
// Invariants: no two of a list touch. Their order is that of MergingWindowSet: one that has grown is the last.
// Thread: the task worker that owns the operator.
import { TimeWindow } from '../../../api/windowing/windows/time-window.js'

/** From `start` to `end`, the latter not included, in ms. */
export interface Span {
  readonly start: number
  readonly end: number
}

interface SessionFields extends Span {
  readonly held: unknown
  readonly timer: number
}

export class Session implements Span {
  start: number
  end: number
  /** What its records were combined to, or their list; undefined where there is nothing. */
  held: unknown
  /** Timestamp of the timer that stands for it, at its end or before it; NaN where at most one at its end is there. */
  timer: number
  /** A snapshot may have what it holds as well. */
  isShared = false
  next: Session | null = null

  constructor({ start, end, held, timer }: SessionFields) {
    this.start = start
    this.end = end
    this.held = held
    this.timer = timer
  }

  get window(): TimeWindow {
    return new TimeWindow(this.start, this.end)
  }

  hasTimerAt(timestamp: number): boolean {
    return this.timer === timestamp || (Number.isNaN(this.timer) && this.end - 1 === timestamp)
  }

  cover({ start, end }: Span): void {
    if (start < this.start) this.start = start
    if (end > this.end) this.end = end
  }
}

/** The first one, from `first` on, that touches the time: also where one begins in the ms in which the other ends. */
export function touching(first: Session | null, { start, end }: Span): Session | null {
  let each = first
  while (each !== null && (each.start > end || each.end < start)) each = each.next
  return each
}

/** The list with the session at its end. */
export function appended(first: Session | null, session: Session): Session {
  session.next = null
  if (first === null) return session
  let last = first
  while (last.next !== null) last = last.next
  last.next = session
  return first
}

/** The list without the session, which is in it. */
export function without(first: Session | null, session: Session): Session | null {
  if (first === null || first === session) return session.next
  let before: Session = first
  while (before.next !== null && before.next !== session) before = before.next
  before.next = session.next
  return first
}
