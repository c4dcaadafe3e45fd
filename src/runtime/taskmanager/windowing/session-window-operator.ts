// Duty: a WindowOperator of sessions by event time that fire once, at their end: all sessions of a key are one value of its
// state, so that a record costs one look-up.
// Invariants: results and their order are those of a WindowOperator, also after a restore from a snapshot of one. A session has
// one timer, which does not move while it grows: where the timer is before its end, firing sets the next one there. A timer that
// belongs to no session does nothing: its own became part of another one.
// Thread: the task worker that owns the operator.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import type { ValueState } from '../../../api/state/value-state.js'
import type { TimeWindow } from '../../../api/windowing/windows/time-window.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import type { InternalTimer } from '../timers/internal-timer-service.js'
import { checkAssigned } from './assigned-windows.js'
import type { ContentsFold } from './contents-fold.js'
import { appended, Session, touching, without, type Span } from './session.js'
import { sessionsOfMergingWindows, sessionsState } from './session-states.js'
import { WindowOperator } from './window-operator.js'

export interface SessionParts {
  readonly spec: WindowSpec
  readonly fold: ContentsFold
}

export class SessionWindowOperator extends WindowOperator {
  readonly #fold: ContentsFold
  /** Undefined where each record says it for itself. */
  readonly #gapMs: number | undefined
  /** Of the record at hand: one object for all records. */
  readonly #span = { start: 0, end: 0 }
  #opened: ValueState<Session> | undefined
  #isRestored = false

  constructor(binding: OperatorBinding, context: OperatorContext, { spec, fold }: SessionParts) {
    super(binding, context, spec)
    this.#fold = fold
    this.#gapMs = spec.known.sessionGapMs
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    await super.initializeState(restored, checkpointId)
    this.#isRestored = restored !== undefined
  }

  override async open(): Promise<void> {
    // Asked for first: the state that is found by the key alone is touched ahead.
    const sessions = sessionsState(this.contentsDescriptor(), this.backend, this.name)
    this.#opened = sessions
    await super.open()
  }

  override onEventTime({ timestamp }: InternalTimer<Window>): void {
    const state = this.#sessions
    const first = state.value()
    let session = first
    while (session !== null && !session.hasTimerAt(timestamp)) session = session.next
    if (session === null) return
    if (session.end - 1 > timestamp) {
      this.#setTimer(session)
      state.update(first)
      return
    }
    state.update(without(first, session))
    const { window } = session
    const result = session.held === undefined ? undefined : this.#fold.result(this.#ownHeld(session))
    if (result !== null && result !== undefined) this.emitContents(window, result, 'dropped')
    this.parts.results.clear(window)
  }

  protected override assign(value: unknown, timestamp: number): boolean {
    const span = this.#span
    if (this.#gapMs !== undefined) {
      span.start = timestamp
      span.end = timestamp + this.#gapMs
      return this.#add(span, value)
    }
    const { assigner } = this.spec
    const windows = assigner.assignWindows(value, timestamp, this.parts.assignerContext)
    checkAssigned(windows, this.name, assigner)
    const [only] = windows as readonly TimeWindow[]
    if (only === undefined) return false
    span.start = only.getStart()
    span.end = only.getEnd()
    return this.#add(span, value)
  }

  protected override takeSessions(): void {
    if (this.#isRestored) sessionsOfMergingWindows(this.backend, this.parts.contents, this.#sessions)
  }

  get #sessions(): ValueState<Session> {
    if (this.#opened !== undefined) return this.#opened
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} is used before it is open` })
  }

  /** False where it is late. */
  #add(span: Span, value: unknown): boolean {
    const first = this.#sessions.value()
    const touched = touching(first, span)
    if (first === null || touched === null) return this.#begin(first, span, value)
    if (touching(touched.next, span) !== null) this.#merge(first, span, value)
    else if (span.start < touched.start || span.end > touched.end) this.#extend(touched, { first, span }, value)
    else return this.#addWithin(touched, first, value)
    return true
  }

  #begin(first: Session | null, { start, end }: Span, value: unknown): boolean {
    if (end - 1 <= this.parts.timers.currentWatermark()) return false
    const session = new Session({ start, end, held: this.#fold.add(undefined, value), timer: end - 1 })
    this.#sessions.update(appended(first, session))
    this.#setTimer(session)
    return true
  }

  #addWithin(session: Session, first: Session, value: unknown): boolean {
    // It has fired: it was restored from a job that waited for late records.
    const isOver = session.end - 1 <= this.parts.timers.currentWatermark()
    if (!isOver) this.#addTo(session, value)
    this.#sessions.update(isOver ? without(first, session) : first)
    return !isOver
  }

  #extend(session: Session, { first, span }: { first: Session; span: Span }, value: unknown): void {
    session.cover(span)
    this.refuseMergeIntoPast(session.end - 1, session)
    if (Number.isNaN(session.timer)) this.#setTimer(session)
    try {
      this.#addTo(session, value)
    } finally {
      // Of a record that fails the session has the time, and not the value.
      const isLast = session.next === null
      this.#sessions.update(isLast ? first : appended(without(first, session), session))
    }
  }

  /** The first one keeps what it has, what the others have comes after it. */
  #merge(first: Session, span: Span, value: unknown): void {
    const { rest, kept, others } = partedBy(first, span)
    kept.cover(span)
    for (const other of others) kept.cover(other)
    this.refuseMergeIntoPast(kept.end - 1, kept)
    let later: unknown
    for (const other of others) later = this.#merged(later, this.#ownHeld(other))
    kept.held = this.#merged(this.#ownHeld(kept), later)
    kept.isShared = false
    const timer = others.reduce((latest, other) => Math.max(latest, other.timer), kept.timer)
    kept.timer = timer
    if (Number.isNaN(timer)) this.#setTimer(kept)
    try {
      this.#addTo(kept, value)
    } finally {
      this.#sessions.update(appended(rest, kept))
    }
  }

  #merged(held: unknown, later: unknown): unknown {
    if (held === undefined) return later
    if (later === undefined) return held
    try {
      return this.#fold.merge(held, later)
    } catch (error) {
      // What the sessions held is of other records, and is torn.
      this.context.badRecords?.holdAgainst(error)
      throw error
    }
  }

  #addTo(session: Session, value: unknown): void {
    session.held = this.#fold.add(this.#ownHeld(session), value)
    session.isShared = false
  }

  /** What nobody else has. */
  #ownHeld({ held, isShared }: Session): unknown {
    return isShared ? this.#fold.copy(held) : held
  }

  /** At its end. */
  #setTimer(session: Session): void {
    const { window } = session
    session.timer = window.maxTimestamp()
    this.parts.timers.registerEventTimeTimer(window, session.timer)
  }
}

/** Those that touch the time, and the list of the others. */
function partedBy(first: Session, span: Span): { rest: Session | null; kept: Session; others: Session[] } {
  const touched: Session[] = []
  for (let each = touching(first, span); each !== null; each = touching(each.next, span)) touched.push(each)
  let rest: Session | null = first
  for (const each of touched) rest = without(rest, each)
  const [kept = first, ...others] = touched
  return { rest, kept, others }
}
