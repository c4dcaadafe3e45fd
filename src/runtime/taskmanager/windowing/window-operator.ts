// Duty: assigns the records of a keyed stream to windows, keeps their contents, and emits the results of a window when its
// trigger fires.
// Invariants: a window is known by its contents (state of key and window) and its timers. One that lies in the future, or is not
// later than the allowed lateness, has a timer at its cleanup time; then its contents, the state of its trigger and that of its
// function are dropped. Of windows that merge, the contents lie in the state window that MergingWindowSet names. It works
// against keyed state, InternalTimerService and Output only.
// Thread: the task worker that owns the operator.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { isFire, isPurge } from '../../../api/windowing/triggers/trigger-result.js'
import type { TimeWindow } from '../../../api/windowing/windows/time-window.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Counter } from '../../../core/metrics/counter.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { NUM_LATE_RECORDS_DROPPED, type LateRecordDropper } from '../operators/late-record-dropper.js'
import { OneInputUdfOperator } from '../operators/one-input-udf-operator.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import type { NamespaceType } from '../state/namespace-type.js'
import type { InternalTimer, Triggerable } from '../timers/internal-timer-service.js'
import { checkAssigned } from './assigned-windows.js'
import { mergingWindowsOfSessions, sessionsState } from './session-states.js'
import type { MergingWindowSet, WindowMerge } from './merging-window-set.js'
import { withoutTimestamp } from './missing-timestamp.js'
import { contentsDescriptor } from './window-contents.js'
import { windowCopies, type AfterFiring } from './window-copies.js'
import { makeWindowParts, type WindowParts } from './window-parts.js'
import { alignedWindowNamespaces, windowNamespaces } from './window-namespaces.js'
import type { TimerMethod } from './trigger-call.js'

/** Flink's name. */
const TIMERS = 'window-timers'

export class WindowOperator extends OneInputUdfOperator implements Triggerable<Window>, LateRecordDropper {
  protected readonly spec: WindowSpec
  protected readonly backend: KeyedStateBackend
  readonly #binding: OperatorBinding
  readonly #isEventTime: boolean
  readonly #lateRecords: Counter
  /** A window has one timer, that of its end, from its first record on: there is no need to ask for it again. */
  readonly #hasOneTimer: boolean
  #opened: WindowParts | undefined

  constructor(binding: OperatorBinding, context: OperatorContext, spec: WindowSpec) {
    super(binding, context)
    this.#binding = binding
    this.spec = spec
    this.backend = this.requireKeyedBackend(TIMERS)
    this.#isEventTime = spec.assigner.isEventTime()
    this.#hasOneTimer = spec.known.firesAtEnd && this.#isEventTime && spec.allowedLatenessMs === 0
    this.#lateRecords = context.metrics.counter(NUM_LATE_RECORDS_DROPPED)
  }

  override async open(): Promise<void> {
    const { name: operatorName, output, spec, backend, context } = this
    const namespaces = this.#namespaces()
    const timers = this.getInternalTimerService(TIMERS, namespaces, this)
    const { metrics } = context
    const descriptor = this.contentsDescriptor()
    const copies = windowCopies(spec, operatorName, context)
    const surroundings = { operatorName, spec, backend, namespaces, timers, output, metrics, descriptor, copies }
    this.#opened = makeWindowParts(surroundings)
    this.takeSessions()
    await super.open()
  }

  get numLateRecordsDropped(): number {
    return this.#lateRecords.getCount()
  }

  processElement(value: unknown, timestamp: number, keyHash: number): void {
    try {
      this.setCurrentKey(value, keyHash)
      if (this.#isEventTime && timestamp === NO_TIMESTAMP) throw withoutTimestamp(this.#binding, this.#assignerName)
      const isTaken = this.assign(value, timestamp)
      if (!isTaken && this.#isElementLate(timestamp)) this.#emitLate(value, timestamp)
    } catch (error) {
      throw this.failed(error)
    }
  }

  onEventTime(timer: InternalTimer<Window>): void {
    this.#onTime(timer, 'onEventTime')
  }

  onProcessingTime(timer: InternalTimer<Window>): void {
    this.#onTime(timer, 'onProcessingTime')
  }

  /** False where all its windows are late. */
  protected assign(value: unknown, timestamp: number): boolean {
    const { assignerContext, merging } = this.parts
    const windows = this.spec.assigner.assignWindows(value, timestamp, assignerContext)
    // One of the engine's own needs no look.
    if (!this.spec.known.isAligned) checkAssigned(windows, this.name, this.spec.assigner)
    return merging === undefined
      ? this.#addToWindows(windows, value, timestamp)
      : this.#addToMergingWindows(windows, value, timestamp)
  }

  protected get parts(): WindowParts {
    if (this.#opened !== undefined) return this.#opened
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} is used before it is open` })
  }

  protected contentsDescriptor(): StateDescriptor<unknown> {
    return contentsDescriptor(this.spec.contents, this.spec.elementType)
  }

  /** Of a snapshot of a job whose sessions fired at their end alone. */
  protected takeSessions(): void {
    const { contents, merging } = this.parts
    if (merging === undefined) return
    sessionsState(this.contentsDescriptor(), this.backend, this.name)
    mergingWindowsOfSessions(this.backend, { contents, merging }, (window) => {
      this.parts.timers.registerEventTimeTimer(window, window.maxTimestamp())
    })
  }

  /** As it is kept. */
  protected keptForm(value: unknown, _timestamp: number): unknown {
    return value
  }

  protected emitContents(window: Window, held: unknown, after: AfterFiring): void {
    const elements = after === 'kept' ? this.#copiesOf(held) : this.parts.isList ? (held as Iterable<unknown>) : [held]
    this.parts.results.emit(this.backend.currentKey(), window, elements)
  }

  /** What is emitted as it is, is copied downstream. */
  #copiesOf(held: unknown): Iterable<unknown> {
    const { copies, isList } = this.parts
    if (isList) return copies.ofRecords(held as Iterable<unknown>)
    return [this.spec.result.kind === 'contents' ? held : copies.ofValue(held)]
  }

  #addToWindows(windows: readonly Window[], value: unknown, timestamp: number): boolean {
    const { copies } = this.parts
    let isTaken = false
    let left = windows.length
    for (const window of windows) {
      left -= 1
      if (this.#isWindowLate(window)) continue
      isTaken = true
      this.#addKept({ window, stateWindow: window }, left === 0 ? value : copies.ofRecord(value), timestamp)
    }
    return isTaken
  }

  #addToMergingWindows(windows: readonly Window[], value: unknown, timestamp: number): boolean {
    let isTaken = false
    const merging = this.#mergingSet()
    const { copies } = this.parts
    let left = windows.length
    for (const newWindow of windows) {
      left -= 1
      const window = this.#mergedWith(merging, newWindow)
      if (this.#isWindowLate(window)) {
        merging.retireWindow(window)
        continue
      }
      isTaken = true
      const stateWindow = merging.getStateWindow(window) ?? window
      try {
        this.#addKept({ window, stateWindow }, left === 0 ? value : copies.ofRecord(value), timestamp)
      } catch (error) {
        // Where the job goes on without the record, its windows are merged all the same.
        this.parts.merging?.persist(merging)
        throw error
      }
    }
    this.parts.merging?.persist(merging)
    return isTaken
  }

  /** Where the job goes on without a record that fails, the window has its end all the same. */
  #addKept(place: { window: Window; stateWindow: Window }, value: unknown, timestamp: number): void {
    if (this.context.badRecords === undefined) {
      this.addTo(place, value, timestamp)
      return
    }
    try {
      this.addTo(place, value, timestamp)
    } catch (error) {
      this.#registerCleanup(place.window)
      throw error
    }
  }

  #mergedWith(merging: MergingWindowSet, newWindow: Window): Window {
    const onMerge = this.#onMerge
    if (!this.spec.known.mergesTouching) return merging.addWindow(newWindow, onMerge)
    return merging.addTimeWindow(newWindow as TimeWindow, onMerge)
  }

  protected addTo(place: { window: Window; stateWindow: Window }, value: unknown, timestamp: number): void {
    const { contents, trigger } = this.parts
    const { window, stateWindow } = place
    contents.setCurrentNamespace(stateWindow)
    const hasTimers = this.#hasOneTimer && contents.hasInternal()
    contents.add(this.keptForm(value, timestamp))
    if (hasTimers) return
    if (this.#hasOneTimer) {
      this.#registerCleanup(window)
      return
    }
    const result = trigger.onElement(value, timestamp, window)
    if (isFire(result)) this.emit(window, isPurge(result) ? 'dropped' : 'kept')
    if (isPurge(result)) contents.clear()
    this.#registerCleanup(window)
  }

  readonly #onMerge = (merge: WindowMerge): void => {
    try {
      this.#merge(merge)
    } catch (error) {
      // What the windows held is of other records, and is torn.
      this.context.badRecords?.holdAgainst(error)
      throw error
    }
  }

  #merge({ mergeResult, mergedWindows, stateWindow, mergedStateWindows }: WindowMerge): void {
    const { contents, trigger } = this.parts
    this.refuseMergeIntoPast(this.#cleanupTime(mergeResult), mergeResult)
    trigger.onMerge(mergeResult, mergedWindows)
    for (const merged of mergedWindows) {
      trigger.clear(merged)
      if (!this.#hasOneTimer) this.#deleteCleanup(merged)
    }
    contents.mergeNamespaces(stateWindow, mergedStateWindows)
  }

  #onTime({ namespace: window, timestamp }: InternalTimer<Window>, method: TimerMethod): void {
    const { contents, trigger } = this.parts
    const merging = this.parts.merging === undefined ? undefined : this.#mergingSet()
    const stateWindow = merging === undefined ? window : merging.getStateWindow(window)
    // A timer that its trigger did not delete when the window became part of another one.
    if (stateWindow === undefined) return
    contents.setCurrentNamespace(stateWindow)
    const result = trigger.onTime(method, timestamp, window)
    const isOfWindowsTime = this.#isEventTime === (method === 'onEventTime')
    const isOver = isOfWindowsTime && timestamp === this.#cleanupTime(window)
    if (isFire(result)) this.emit(window, isOver || isPurge(result) ? 'dropped' : 'kept')
    if (isPurge(result)) contents.clear()
    if (!isOver) return
    contents.clear()
    if (!this.#hasOneTimer) trigger.clear(window)
    this.parts.results.clear(window)
    if (merging === undefined) return
    merging.retireWindow(window)
    this.parts.merging?.persist(merging)
  }

  /** What the trigger did since has not changed the namespace of the contents. */
  protected emit(window: Window, after: AfterFiring): void {
    const { contents, isList } = this.parts
    const held = contents.get()
    const isNothing = isList ? (held as readonly unknown[]).length === 0 : held === null || held === undefined
    if (!isNothing) this.emitContents(window, held, after)
  }

  /** Where checkpoints are to be incremental, it has to be known of each window what changed in it. */
  #namespaces(): NamespaceType<Window> {
    const { assigner, known } = this.spec
    const isIncremental = this.context.configuration.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)
    return known.isAligned && !isIncremental ? alignedWindowNamespaces(assigner) : windowNamespaces(assigner)
  }

  #mergingSet(): MergingWindowSet {
    const { merging } = this.parts
    if (merging !== undefined) return merging.ofCurrentKey()
    throw new FlinkError('ASSERTION_FAILED', { what: `the windows of ${this.name} do not merge` })
  }

  #registerCleanup(window: Window): void {
    const time = this.#cleanupTime(window)
    if (time === Number.POSITIVE_INFINITY) return
    const { timers } = this.parts
    if (this.#isEventTime) timers.registerEventTimeTimer(window, time)
    else timers.registerProcessingTimeTimer(window, time)
  }

  #deleteCleanup(window: Window): void {
    const time = this.#cleanupTime(window)
    if (time === Number.POSITIVE_INFINITY) return
    const { timers } = this.parts
    if (this.#isEventTime) timers.deleteEventTimeTimer(window, time)
    else timers.deleteProcessingTimeTimer(window, time)
  }

  #cleanupTime(window: Window): number {
    return this.#isEventTime ? window.maxTimestamp() + this.spec.allowedLatenessMs : window.maxTimestamp()
  }

  #isWindowLate(window: Window): boolean {
    return this.#isEventTime && this.#cleanupTime(window) <= this.parts.timers.currentWatermark()
  }

  #isElementLate(timestamp: number): boolean {
    return this.#isEventTime && timestamp + this.spec.allowedLatenessMs <= this.parts.timers.currentWatermark()
  }

  #emitLate(value: unknown, timestamp: number): void {
    const { lateTag } = this.spec
    if (lateTag === undefined) this.#lateRecords.inc()
    else this.output.collectSideOutput(lateTag, value, timestamp)
  }

  protected refuseMergeIntoPast(cleanupTime: number, merged: Window | { readonly window: Window }): void {
    const { timers } = this.parts
    const time = this.#isEventTime ? timers.currentWatermark() : timers.currentProcessingTime()
    if (cleanupTime > time) return
    const window = String('window' in merged ? merged.window : merged)
    const details = { operator: this.name, assigner: this.#assignerName, window, time }
    throw new FlinkError('WINDOW_MERGED_INTO_PAST', details)
  }

  get #assignerName(): string {
    return this.spec.assigner.constructor.name
  }
}
