// Duty: what a trigger is given: time, timers and state of one window of the current key.
// Invariants: one object serves all windows; `window` is set before each call of the trigger, `mergedWindows` before onMerge.
// Thread: the task worker that owns the operator.
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { StateOf } from '../../../api/state/state-of.js'
import type { MergingStateDescriptor, OnMergeContext } from '../../../api/windowing/triggers/trigger-context.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { InternalTimerService } from '../timers/internal-timer-service.js'
import type { WindowStates } from './window-states.js'

export interface TriggerSurroundings {
  readonly timers: InternalTimerService<Window>
  readonly states: WindowStates
  readonly metrics: MetricGroup
}

export class WindowTriggerContext implements OnMergeContext {
  window: Window
  mergedWindows: readonly Window[] = []
  readonly #surroundings: TriggerSurroundings
  readonly #timers: InternalTimerService<Window>

  constructor(window: Window, surroundings: TriggerSurroundings) {
    this.window = window
    this.#surroundings = surroundings
    this.#timers = surroundings.timers
  }

  getCurrentProcessingTime(): number {
    return this.#timers.currentProcessingTime()
  }

  getMetricGroup(): MetricGroup {
    return this.#surroundings.metrics
  }

  getCurrentWatermark(): number {
    return this.#timers.currentWatermark()
  }

  registerProcessingTimeTimer(timeMs: number): void {
    this.#timers.registerProcessingTimeTimer(this.window, timeMs)
  }

  registerEventTimeTimer(timeMs: number): void {
    this.#timers.registerEventTimeTimer(this.window, timeMs)
  }

  deleteProcessingTimeTimer(timeMs: number): void {
    this.#timers.deleteProcessingTimeTimer(this.window, timeMs)
  }

  deleteEventTimeTimer(timeMs: number): void {
    this.#timers.deleteEventTimeTimer(this.window, timeMs)
  }

  getPartitionedState<D extends StateDescriptor<unknown>>(descriptor: D): StateOf<D> {
    return this.#surroundings.states.of(descriptor, this.window) as StateOf<D>
  }

  mergePartitionedState(descriptor: MergingStateDescriptor): void {
    this.#surroundings.states.merge(descriptor, this.window, this.mergedWindows)
  }
}
