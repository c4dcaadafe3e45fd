/**
 * A window operator whose assigner, trigger and function do what a test tells them, and note how they were called: what Flink's
 * contract tests of windows say about the order of calls, state and timers.
 */
import type { Collector } from '../../src/api/functions/collector.js'
import type { OutputTag } from '../../src/api/functions/output-tag.js'
import { MergingWindowAssigner, type MergeCallback } from '../../src/api/windowing/assigners/merging-window-assigner.js'
import { WindowAssigner } from '../../src/api/windowing/assigners/window-assigner.js'
import { CountEvictor } from '../../src/api/windowing/evictors/count-evictor.js'
import {
  ProcessWindowFunction,
  type ProcessWindowFunctionContext,
} from '../../src/api/windowing/functions/process-window-function.js'
import { EventTimeTrigger } from '../../src/api/windowing/triggers/event-time-trigger.js'
import { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import type { OnMergeContext, TriggerContext } from '../../src/api/windowing/triggers/trigger-context.js'
import { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import type { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { KeyedStateBackend } from '../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { windowNamespaces } from '../../src/runtime/taskmanager/windowing/window-namespaces.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { StreamOperatorTestHarness } from './stream-operator-test-harness.js'
import { TestOperatorContext } from './test-operator-context.js'
import { windowBinding, type Event } from './window-case.js'

export type Domain = 'event' | 'processing'
type Context = ProcessWindowFunctionContext<TimeWindow>

export interface ToldOptions {
  readonly domain?: Domain
  readonly merging?: boolean
  /** With an evictor that keeps all there is. */
  readonly evicting?: boolean
  readonly latenessMs?: number
  readonly lateTag?: OutputTag<Event>
}

export class ToldWindows {
  readonly domain: Domain
  readonly calls: string[] = []
  windows: readonly TimeWindow[] = []
  onElement: (window: TimeWindow, ctx: TriggerContext) => TriggerResult = () => TriggerResult.CONTINUE
  onTime: (timeMs: number, window: TimeWindow, ctx: TriggerContext) => TriggerResult = () => TriggerResult.CONTINUE
  onMerge: (window: TimeWindow, ctx: OnMergeContext) => void = () => undefined
  clear: (window: TimeWindow, ctx: TriggerContext) => void = () => undefined
  merge: (windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>) => void = () => undefined
  process: (context: Context, out: Collector<unknown>) => void = () => undefined
  clearFunction: (context: Context) => void = () => undefined
  readonly options: ToldOptions
  #harness: StreamOperatorTestHarness | undefined

  constructor(options: ToldOptions) {
    this.options = options
    this.domain = options.domain ?? 'event'
  }

  async open(restored?: OperatorSubtaskState): Promise<this> {
    const context = new TestOperatorContext({ nowMs: -1000 })
    this.#harness = await new StreamOperatorTestHarness(this.#binding(), context).open(restored)
    return this
  }

  get harness(): StreamOperatorTestHarness {
    if (this.#harness === undefined) throw new RangeError('open comes first')
    return this.#harness
  }

  add(value: number, timestamp: number, ...windows: readonly TimeWindow[]): void {
    if (windows.length > 0) this.windows = windows
    this.harness.processElementOf(0, ['key', value], timestamp)
  }

  /** Time of the domain; by the clock that ms is over. */
  advance(timestamp: number): void {
    if (this.domain === 'event') this.harness.completeWatermark(0, timestamp)
    else this.harness.setProcessingTime(timestamp + 1)
  }

  register(ctx: TriggerContext, timestamp: number): void {
    if (this.domain === 'event') ctx.registerEventTimeTimer(timestamp)
    else ctx.registerProcessingTimeTimer(timestamp)
  }

  delete(ctx: TriggerContext, timestamp: number): void {
    if (this.domain === 'event') ctx.deleteEventTimeTimer(timestamp)
    else ctx.deleteProcessingTimeTimer(timestamp)
  }

  timers(domain: Domain = this.domain): number {
    const namespaces = windowNamespaces(assignerOf(this, this.options))
    return this.#backend.getOrCreatePriorityQueue(`_timer_state/${domain}_window-timers`, namespaces).size
  }

  /** Entries of keyed state, timers left out. */
  states(): number {
    return this.#backend.numberOfEntries() - this.timers('event') - this.timers('processing')
  }

  /** What was called since the last time; only calls of these. */
  taken(...beginnings: readonly string[]): string[] {
    const calls = this.calls.splice(0)
    return beginnings.length === 0 ? calls : calls.filter((call) => beginnings.some((each) => call.startsWith(each)))
  }

  get #backend(): KeyedStateBackend {
    return (this.harness.operator as unknown as { readonly backend: KeyedStateBackend }).backend
  }

  #binding(): OperatorBinding {
    const { evicting, latenessMs, lateTag } = this.options
    return windowBinding((stream) => {
      let windows = stream.window(assignerOf(this, this.options)).trigger(new ToldTrigger(this))
      if (latenessMs !== undefined) windows = windows.allowedLateness(latenessMs)
      if (lateTag !== undefined) windows = windows.sideOutputLateData(lateTag)
      if (evicting === true) windows = windows.evictor(CountEvictor.of(100))
      return windows.process(new ToldFunction(this))
    })
  }
}

export function textOf(window: TimeWindow): string {
  return `${String(window.getStart())}..${String(window.getEnd())}`
}

function assignerOf(told: ToldWindows, { merging }: ToldOptions): WindowAssigner<Event, TimeWindow> {
  return merging === true ? new ToldMergingAssigner(told) : new ToldAssigner(told)
}

function assigned(told: ToldWindows, [, value]: Event, timestamp: number): readonly TimeWindow[] {
  told.calls.push(`assignWindows ${String(value)} ${String(timestamp)}`)
  return told.windows
}

class ToldAssigner extends WindowAssigner<Event, TimeWindow> {
  readonly #told: ToldWindows
  constructor(told: ToldWindows) {
    super()
    this.#told = told
  }
  assignWindows(element: Event, timestamp: number): readonly TimeWindow[] {
    return assigned(this.#told, element, timestamp)
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return this.#told.domain === 'event'
  }
}

class ToldMergingAssigner extends MergingWindowAssigner<Event, TimeWindow> {
  readonly #told: ToldWindows
  constructor(told: ToldWindows) {
    super()
    this.#told = told
  }
  assignWindows(element: Event, timestamp: number): readonly TimeWindow[] {
    return assigned(this.#told, element, timestamp)
  }
  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback<TimeWindow>): void {
    this.#told.calls.push(`mergeWindows ${windows.map(textOf).join(' ')}`)
    this.#told.merge(windows, callback)
  }
  getDefaultTrigger(): EventTimeTrigger {
    return EventTimeTrigger.create()
  }
  isEventTime(): boolean {
    return this.#told.domain === 'event'
  }
}

class ToldTrigger extends Trigger<Event, TimeWindow> {
  readonly #told: ToldWindows
  constructor(told: ToldWindows) {
    super()
    this.#told = told
  }
  onElement([, value]: Event, timestamp: number, window: TimeWindow, ctx: TriggerContext): TriggerResult {
    this.#told.calls.push(`onElement ${String(value)} ${String(timestamp)} ${textOf(window)}`)
    return this.#told.onElement(window, ctx)
  }
  onProcessingTime(timeMs: number, window: TimeWindow, ctx: TriggerContext): TriggerResult {
    this.#told.calls.push(`onTime ${String(timeMs)} ${textOf(window)}`)
    return this.#told.onTime(timeMs, window, ctx)
  }
  onEventTime(timeMs: number, window: TimeWindow, ctx: TriggerContext): TriggerResult {
    this.#told.calls.push(`onTime ${String(timeMs)} ${textOf(window)}`)
    return this.#told.onTime(timeMs, window, ctx)
  }
  clear(window: TimeWindow, ctx: TriggerContext): void {
    this.#told.calls.push(`clear ${textOf(window)}`)
    this.#told.clear(window, ctx)
  }
  override canMerge(): boolean {
    return true
  }
  override onMerge(window: TimeWindow, ctx: OnMergeContext): void {
    this.#told.calls.push(`onMerge ${textOf(window)}`)
    this.#told.onMerge(window, ctx)
  }
}

class ToldFunction extends ProcessWindowFunction<Event, unknown, string, TimeWindow> {
  readonly #told: ToldWindows
  constructor(told: ToldWindows) {
    super()
    this.#told = told
  }
  process(_key: string, context: Context, elements: Iterable<Event>, out: Collector<unknown>): void {
    const values = [...elements].map(([, value]) => String(value))
    this.#told.calls.push(`process ${textOf(context.window())}: ${values.join(' ')}`)
    this.#told.process(context, out)
  }
  override clear(context: Context): void {
    this.#told.calls.push(`clear of the function ${textOf(context.window())}`)
    this.#told.clearFunction(context)
  }
}
