// Duty: puts together what a window operator works with once its state is restored.
// Thread: the task worker that owns the operator.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { MergingWindowAssigner } from '../../../api/windowing/assigners/merging-window-assigner.js'
import type { WindowAssignerContext } from '../../../api/windowing/assigners/window-assigner.js'
import { GlobalWindow } from '../../../api/windowing/windows/global-window.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import { DefaultKeyedStateStore } from '../operators/default-keyed-state-store.js'
import type { Output } from '../operators/output.js'
import { TimestampedCollector } from '../operators/timestamped-collector.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import type { NamespaceType } from '../state/namespace-type.js'
import type { InternalTimerService } from '../timers/internal-timer-service.js'
import { MergingWindows } from './merging-windows.js'
import { TriggerCall } from './trigger-call.js'
import { windowContents, type WindowContents } from './window-contents.js'
import type { WindowCopies } from './window-copies.js'
import { WindowProcessContext } from './window-process-context.js'
import { WindowResults } from './window-results.js'
import { NoWindowStateStore, WindowStateStore } from './window-state-store.js'
import { WindowStates } from './window-states.js'
import { WindowTriggerContext } from './window-trigger-context.js'

export interface WindowSurroundings {
  readonly operatorName: string
  readonly spec: WindowSpec
  readonly backend: KeyedStateBackend
  readonly namespaces: NamespaceType<Window>
  readonly timers: InternalTimerService<Window>
  readonly output: Output
  readonly metrics: MetricGroup
  /** Of the contents. */
  readonly descriptor: StateDescriptor<unknown>
  readonly copies: WindowCopies
}

export interface WindowParts {
  readonly timers: InternalTimerService<Window>
  readonly contents: WindowContents
  /** Whether the contents are a list, else one value. */
  readonly isList: boolean
  readonly copies: WindowCopies
  readonly trigger: TriggerCall
  readonly results: WindowResults
  readonly assignerContext: WindowAssignerContext
  /** Undefined where windows do not merge. */
  readonly merging: MergingWindows | undefined
}

export function makeWindowParts(surroundings: WindowSurroundings): WindowParts {
  const { operatorName, spec, backend, namespaces, timers, output, metrics, descriptor, copies } = surroundings
  const merging = mergingAssignerOf(spec)
  const states = new WindowStates(backend, namespaces)
  // Until the first window.
  const none = GlobalWindow.get()
  const trigger = new WindowTriggerContext(none, { timers, states, metrics })
  const windowState = new WindowStateStore(operatorName, states)
  const noWindowState = new NoWindowStateStore(operatorName, spec.assigner.constructor.name)
  const context = new WindowProcessContext(none, {
    timers,
    output,
    globalState: new DefaultKeyedStateStore(operatorName, backend),
    windowStateOf: (window) => (merging === undefined ? windowState.of(window) : noWindowState),
  })
  const collector = new TimestampedCollector(output)
  // Asked for first: the state that is found by the key alone is touched ahead.
  const mergingWindows = merging === undefined ? undefined : new MergingWindows(merging, backend)
  return {
    timers,
    contents: windowContents(descriptor, surroundings),
    isList: descriptor.kind === 'list',
    copies,
    trigger: new TriggerCall(spec.trigger, trigger, operatorName),
    results: new WindowResults(spec.result, { operatorName, collector, context }),
    assignerContext: { getCurrentProcessingTime: () => timers.currentProcessingTime() },
    merging: mergingWindows,
  }
}

function mergingAssignerOf({ assigner }: WindowSpec): MergingWindowAssigner<unknown, Window> | undefined {
  return hasMethods(assigner, 'mergeWindows') ? (assigner as MergingWindowAssigner<unknown, Window>) : undefined
}
