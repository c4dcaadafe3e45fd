/** A trigger by itself, as a window operator calls it: over real state and timers of one key, which a test counts by window. */
import assert from 'node:assert/strict'
import { TumblingEventTimeWindows } from '../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import type { StateDescriptor } from '../../src/api/state/state-descriptor.js'
import type { State } from '../../src/api/state/state.js'
import type { Trigger } from '../../src/api/windowing/triggers/trigger.js'
import type { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import type { Window } from '../../src/api/windowing/windows/window.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { hashKey } from '../../src/core/keygroups/canonical-key.js'
import { MetricGroup } from '../../src/core/metrics/metric-group.js'
import { ManualClock } from '../../src/core/time/manual-clock.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import type { KeyedStateBackend } from '../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { OperatorStateBackend } from '../../src/runtime/taskmanager/state/operator-state-backend.js'
import { InternalTimeServiceManager } from '../../src/runtime/taskmanager/timers/internal-time-service-manager.js'
import type {
  InternalTimer,
  InternalTimerService,
} from '../../src/runtime/taskmanager/timers/internal-timer-service.js'
import { TriggerCall, type TimerMethod } from '../../src/runtime/taskmanager/windowing/trigger-call.js'
import { windowNamespaces } from '../../src/runtime/taskmanager/windowing/window-namespaces.js'
import { WindowStates } from '../../src/runtime/taskmanager/windowing/window-states.js'
import { WindowTriggerContext } from '../../src/runtime/taskmanager/windowing/window-trigger-context.js'
import { HEAP } from '../contract/runtime/backends-under-test.js'
import { backendOf } from '../contract/runtime/state-backend.contract.js'
import { TestProcessingTimeService } from './test-processing-time-service.js'

export type TriggerUnderTest = Trigger<unknown, TimeWindow>
/** `start..end` of the window of a timer that fired, and what the trigger said. */
export type FiredTrigger = readonly [window: string, result: TriggerResult]

const NAMESPACES = windowNamespaces(TumblingEventTimeWindows.of(1))

export class TriggerTestHarness {
  readonly timers: CountedTimers
  readonly states: CountedStates
  readonly #clock = new ManualClock(0)
  readonly #processingTime = new TestProcessingTimeService(this.#clock)
  readonly #manager: InternalTimeServiceManager
  readonly #call: TriggerCall
  #fired: FiredTrigger[] = []

  private constructor(backend: KeyedStateBackend, trigger: TriggerUnderTest) {
    backend.setCurrentKey('key', hashKey('key', 'auto'))
    const task = { clock: this.#clock, processingTime: this.#processingTime, isOutputAvailable: () => true }
    const failed = (error: unknown): FlinkError => new FlinkError('ASSERTION_FAILED', { what: String(error) })
    const operatorState = new OperatorStateBackend('Op')
    this.#manager = new InternalTimeServiceManager({ operatorName: 'Op', backend, operatorState, task, failed })
    const service = this.#manager.getInternalTimerService('timers', NAMESPACES, {
      onEventTime: (timer) => {
        this.#onTimer(timer, 'onEventTime')
      },
      onProcessingTime: (timer) => {
        this.#onTimer(timer, 'onProcessingTime')
      },
    })
    this.timers = new CountedTimers(service)
    this.states = new CountedStates(backend)
    const surroundings = { timers: this.timers, states: this.states, metrics: new MetricGroup(['test']) }
    const context = new WindowTriggerContext(new TimeWindow(0, 0), surroundings)
    this.#call = new TriggerCall(trigger, context, 'Op')
  }

  static async over(trigger: TriggerUnderTest): Promise<TriggerTestHarness> {
    return new TriggerTestHarness(await backendOf(HEAP), trigger)
  }

  processElement(value: unknown, window: TimeWindow, timestamp: number = NO_TIMESTAMP): TriggerResult {
    return this.#call.onElement(value, timestamp, window)
  }

  /** What timers said that fired. */
  advanceWatermark(timestamp: number): FiredTrigger[] {
    this.#fired = []
    assert.ok(this.#manager.advanceWatermark(timestamp))
    return this.#fired
  }

  /** To the end of that ms: timers of it have fired. */
  advanceProcessingTime(timestamp: number): FiredTrigger[] {
    this.#fired = []
    this.#clock.advance(timestamp + 1 - this.#clock.now())
    for (let due = this.#processingTime.takeDue(); due !== undefined; due = this.#processingTime.takeDue()) {
      assert.ok(due.callback(due.timestamp))
    }
    return this.#fired
  }

  /** As for a timer that the trigger has not set. */
  onEventTime(timestamp: number, window: TimeWindow): TriggerResult {
    return this.#call.onTime('onEventTime', timestamp, window)
  }

  /** As the operator does: the merged windows are cleared. */
  mergeWindows(result: TimeWindow, merged: readonly TimeWindow[]): void {
    this.#call.onMerge(result, merged)
    for (const window of merged) this.#call.clear(window)
  }

  clear(window: TimeWindow): void {
    this.#call.clear(window)
  }

  #onTimer(timer: InternalTimer<Window>, method: TimerMethod): void {
    this.timers.fired(timer, method)
    this.#fired.push([textOf(timer.namespace), this.#call.onTime(method, timer.timestamp, timer.namespace)])
  }
}

/** Timers with their number. */
class CountedTimers implements InternalTimerService<Window> {
  readonly #service: InternalTimerService<Window>
  readonly #set = new Set<string>()

  constructor(service: InternalTimerService<Window>) {
    this.#service = service
  }

  eventTime(window?: TimeWindow): number {
    return this.#count('onEventTime', window)
  }

  processingTime(window?: TimeWindow): number {
    return this.#count('onProcessingTime', window)
  }

  currentProcessingTime(): number {
    return this.#service.currentProcessingTime()
  }

  restoredWatermark(): number {
    return this.#service.restoredWatermark()
  }

  currentWatermark(): number {
    return this.#service.currentWatermark()
  }

  registerEventTimeTimer(window: Window, timestamp: number): void {
    this.#set.add(nameOf('onEventTime', window, timestamp))
    this.#service.registerEventTimeTimer(window, timestamp)
  }

  deleteEventTimeTimer(window: Window, timestamp: number): void {
    this.#set.delete(nameOf('onEventTime', window, timestamp))
    this.#service.deleteEventTimeTimer(window, timestamp)
  }

  registerProcessingTimeTimer(window: Window, timestamp: number): void {
    this.#set.add(nameOf('onProcessingTime', window, timestamp))
    this.#service.registerProcessingTimeTimer(window, timestamp)
  }

  deleteProcessingTimeTimer(window: Window, timestamp: number): void {
    this.#set.delete(nameOf('onProcessingTime', window, timestamp))
    this.#service.deleteProcessingTimeTimer(window, timestamp)
  }

  fired({ namespace, timestamp }: InternalTimer<Window>, method: TimerMethod): void {
    assert.ok(this.#set.delete(nameOf(method, namespace, timestamp)), 'a timer fired that is not set')
  }

  #count(method: TimerMethod, window: TimeWindow | undefined): number {
    const beginning = window === undefined ? `${method} ` : `${method} ${textOf(window)} `
    return [...this.#set].filter((name) => name.startsWith(beginning)).length
  }
}

/** State with the number of its entries. */
class CountedStates extends WindowStates {
  readonly #backend: KeyedStateBackend
  readonly #names = new Set<string>()
  readonly #windows = new Map<string, Window>()

  constructor(backend: KeyedStateBackend) {
    super(backend, NAMESPACES)
    this.#backend = backend
  }

  override of(descriptor: StateDescriptor<unknown>, window: Window): State {
    this.#names.add(descriptor.name)
    this.#windows.set(textOf(window), window)
    return super.of(descriptor, window)
  }

  entries(window?: TimeWindow): number {
    const windows = window === undefined ? [...this.#windows.values()] : [window]
    const counts = windows.flatMap((each) =>
      [...this.#names].map((name) => [...this.#backend.getKeys(name, each)].length),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }
}

function textOf(window: Window): string {
  return window instanceof TimeWindow ? `${String(window.getStart())}..${String(window.getEnd())}` : String(window)
}

function nameOf(method: TimerMethod, window: Window, timestamp: number): string {
  return `${method} ${textOf(window)} ${String(timestamp)}`
}
