// Duty: a WindowOperator of sliding windows that share panes: a record is added to one pane, and a window that fires is combined
// of its panes.
// Invariants: results are those of a WindowOperator, whatever the order of records, how late they are, and which of both ways
// the snapshot was taken that the operator was restored from. A window has the contents of its own (`window-contents`) beside
// its panes where it had them before panes were shared, and where it had ended before a restore took time back; of the latter
// the panes that are left do not count. Of the windows of a key that have panes and have not fired, the first has a timer; when
// it fires, the next one gets it. Timers for the end of a window with allowed lateness are set when it fires.
// Thread: the task worker that owns the operator.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import type { ValueState } from '../../../api/state/value-state.js'
import type { Slides } from '../../../api/windowing/assigners/sliding-windows.js'
import type { TimeWindow } from '../../../api/windowing/windows/time-window.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import type { InternalTimer } from '../timers/internal-timer-service.js'
import { mergesAsItAdds } from './merge-check.js'
import { heldType, type ContentsFold } from './contents-fold.js'
import { PaneLayout } from './pane-layout.js'
import { restoreExplained } from './window-contents.js'
import { WindowOperator } from './window-operator.js'
import { windowPanesType } from './window-panes-type.js'
import { WindowPanes } from './window-panes.js'

const PANES_STATE = 'window-panes'

/** Whether records go to panes: not known before the first one has shown whether `merge` can be used. */
export type PaneSharing = 'untried' | 'shared' | 'apart'

export interface PaneParts {
  readonly spec: WindowSpec
  readonly slides: Slides
  readonly fold: ContentsFold
  readonly sharing: PaneSharing
}

/** That a record lies in. */
interface RecordPane {
  readonly start: number
  /** End of its first window. */
  readonly firstEnd: number
  /** Of the record. */
  readonly timestamp: number
}

export class PaneWindowOperator extends WindowOperator {
  readonly #layout: PaneLayout
  readonly #fold: ContentsFold
  readonly #latenessMs: number
  #sharing: PaneSharing
  #opened: ValueState<WindowPanes> | undefined
  /** False while no window can have any. */
  #hasOwnContents = false

  constructor(binding: OperatorBinding, context: OperatorContext, { spec, slides, fold, sharing }: PaneParts) {
    super(binding, context, spec)
    this.#layout = new PaneLayout(slides)
    this.#fold = fold
    this.#latenessMs = spec.allowedLatenessMs
    this.#sharing = sharing
    this.#hasOwnContents = sharing === 'apart'
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    await super.initializeState(restored, checkpointId)
    if (restored !== undefined) this.#hasOwnContents = true
  }

  override async open(): Promise<void> {
    // Asked for first: the state that is found by the key alone is touched ahead.
    const descriptor = new ValueStateDescriptor(PANES_STATE, windowPanesType(heldType(this.spec)))
    try {
      this.#opened = this.backend.getOrCreateKeyedState(descriptor) as ValueState<WindowPanes>
    } catch (error) {
      throw restoreExplained(error, this.name)
    }
    await super.open()
  }

  override onEventTime({ namespace, timestamp }: InternalTimer<Window>): void {
    const window = namespace as TimeWindow
    const panes = this.#panes.value()
    const isEnd = timestamp === window.maxTimestamp()
    if (isEnd) {
      this.#fire(window, panes)
      if (panes !== null && window.getEnd() > panes.firedUpTo) this.#setTimersAfter(window, panes)
    }
    if (timestamp === window.maxTimestamp() + this.#latenessMs) this.#clean(window, panes)
    else if (isEnd && panes !== null) this.#panes.update(panes)
  }

  protected override assign(value: unknown, timestamp: number): boolean {
    if (this.#sharing === 'untried') this.#sharing = this.#tried(value)
    return this.#sharing === 'shared' ? this.#addToPane(value, timestamp) : super.assign(value, timestamp)
  }

  protected override emit(window: Window): void {
    this.#fire(window as TimeWindow, this.#panes.value())
  }

  get #panes(): ValueState<WindowPanes> {
    if (this.#opened !== undefined) return this.#opened
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} is used before it is open` })
  }

  #tried(value: unknown): PaneSharing {
    // A reduction merges as it adds, by the same call.
    if (this.spec.contents.kind !== 'aggregating' || this.#mergesAsItAdds(value)) return 'shared'
    this.#hasOwnContents = true
    this.context.logger.info(
      `The sliding windows of ${this.name} share no panes: what merge of its aggregation gives is not what add gives.`,
    )
    return 'apart'
  }

  #mergesAsItAdds(value: unknown): boolean {
    const { copies } = this.parts
    return mergesAsItAdds(this.#fold, () => copies.ofRecord(value))
  }

  #addToPane(value: unknown, timestamp: number): boolean {
    const layout = this.#layout
    const start = layout.startOf(timestamp)
    const firstEnd = layout.firstEndOf(start)
    const state = this.#panes
    const known = state.value()
    if (firstEnd - 1 <= this.parts.timers.currentWatermark() || (known !== null && firstEnd <= known.firedUpTo))
      return this.#addToSome(value, { start, firstEnd, timestamp }, known)
    // All windows with the pane in them are still to come.
    const panes = known ?? new WindowPanes()
    if (panes.add(start, value, this.#fold)) this.#setTimer(firstEnd, panes)
    state.update(panes)
    return true
  }

  /** Some of the pane's windows have fired or ended, now or before a restore took time back. False where all have ended. */
  #addToSome(value: unknown, pane: RecordPane, known: WindowPanes | null): boolean {
    const layout = this.#layout
    const { timers } = this.parts
    const watermark = timers.currentWatermark()
    const passed = layout.lastEndUpTo(watermark + 1)
    const cleaned = layout.lastEndUpTo(watermark + 1 - this.#latenessMs)
    const lastEnd = layout.lastEndOf(pane.start)
    if (lastEnd <= cleaned) return false
    const panes = known ?? new WindowPanes()
    panes.noteTime(passed, cleaned)
    if (lastEnd > panes.cleanedUpTo) {
      // Some of its windows have contents of their own, where a restore took time back.
      const added = panes.cleanedUpTo > cleaned ? this.parts.copies.ofRecord(value) : value
      panes.add(pane.start, added, this.#fold)
      this.#panes.update(panes)
    }
    let next = Number.POSITIVE_INFINITY
    for (let end = lastEnd; end >= pane.firstEnd && end > cleaned; end -= layout.slideMs) {
      const window = layout.windowUntil(end)
      if (end <= panes.cleanedUpTo) this.#addToOwn(value, pane.timestamp, window)
      else if (end > panes.firedUpTo) next = end
      else this.#fireOrSetTimers(window, panes)
    }
    if (next !== Number.POSITIVE_INFINITY) this.#setTimer(next, panes)
    return true
  }

  /** As windows without panes. */
  #addToOwn(value: unknown, timestamp: number, window: TimeWindow): void {
    this.#hasOwnContents = true
    this.addTo({ window, stateWindow: window }, this.parts.copies.ofRecord(value), timestamp)
  }

  /** Of a window that has fired before. */
  #fireOrSetTimers(window: TimeWindow, panes: WindowPanes): void {
    const { timers } = this.parts
    const last = window.maxTimestamp()
    if (last <= timers.currentWatermark()) this.#fire(window, panes)
    else timers.registerEventTimeTimer(window, last)
    timers.registerEventTimeTimer(window, last + this.#latenessMs)
  }

  #setTimer(end: number, panes: WindowPanes): void {
    if (end > panes.knownNextEnd) return
    panes.setNextEnd(end)
    this.parts.timers.registerEventTimeTimer(this.#layout.windowUntil(end), end - 1)
  }

  #setTimersAfter(window: TimeWindow, panes: WindowPanes): void {
    const { timers } = this.parts
    const next = panes.fired(window.getEnd(), this.#layout)
    if (next !== Number.POSITIVE_INFINITY) timers.registerEventTimeTimer(this.#layout.windowUntil(next), next - 1)
    if (this.#latenessMs > 0) timers.registerEventTimeTimer(window, window.maxTimestamp() + this.#latenessMs)
  }

  #fire(window: TimeWindow, panes: WindowPanes | null): void {
    const held = this.#heldOf(window, panes)
    if (held === undefined) return
    const result = this.#fold.result(held)
    if (result === null || result === undefined) return
    this.parts.results.emit(this.backend.currentKey(), window, [result])
  }

  #heldOf(window: TimeWindow, panes: WindowPanes | null): unknown {
    const fold = this.#fold
    const end = window.getEnd()
    const isOfPanes = panes !== null && end > panes.cleanedUpTo
    const shared = isOfPanes ? panes.combine(window.getStart(), end, fold)?.held : undefined
    if (!this.#hasOwnContents) return shared
    const { contents } = this.parts
    contents.setCurrentNamespace(window)
    const own = contents.getInternal()
    if (own === undefined) return shared
    // With lateness it is kept after the window has fired.
    if (shared === undefined) return this.#latenessMs > 0 ? fold.copy(own) : own
    // What came first is first: where panes are shared, records of a window's own came before that was so.
    const copy = fold.copy(own)
    return this.#sharing === 'apart' ? fold.merge(shared, copy) : fold.merge(copy, shared)
  }

  #clean(window: TimeWindow, panes: WindowPanes | null): void {
    if (this.#hasOwnContents) {
      const { contents } = this.parts
      contents.setCurrentNamespace(window)
      contents.clear()
    }
    this.parts.results.clear(window)
    if (panes === null) return
    if (panes.cleaned(window.getEnd(), this.#layout)) this.#panes.update(panes)
    else this.#panes.clear()
  }
}
