// Duty: the state in which sessions lie, and the way from and to that of windows that merge: a job may be restored with another
// trigger, or with lateness.
// Thread: the task worker that owns the operator.
import type { ListState } from '../../../api/state/list-state.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { ValueStateDescriptor } from '../../../api/state/value-state-descriptor.js'
import type { ValueState } from '../../../api/state/value-state.js'
import type { TimeWindow } from '../../../api/windowing/windows/time-window.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import { VOID_NAMESPACE } from '../state/namespace-type.js'
import { MERGING_STATE, type MergingWindows } from './merging-windows.js'
import type { WindowEntry } from './merging-window-set.js'
import { appended, Session } from './session.js'
import { sessionsType } from './sessions-type.js'
import { restoreExplained, type WindowContents } from './window-contents.js'

const SESSIONS_STATE = 'window-sessions'

/** `contents`: of windows that merge. */
export function sessionsState(
  contents: StateDescriptor<unknown>,
  backend: Pick<KeyedStateBackend, 'getOrCreateKeyedState'>,
  operatorName: string,
): ValueState<Session> {
  const descriptor = new ValueStateDescriptor(SESSIONS_STATE, sessionsType(contents))
  try {
    return backend.getOrCreateKeyedState(descriptor) as ValueState<Session>
  } catch (error) {
    throw restoreExplained(error, operatorName)
  }
}

/** Those that a snapshot without sessions has. Which of them have fired already, it does not say. */
export function sessionsOfMergingWindows(
  backend: KeyedStateBackend,
  contents: WindowContents,
  sessions: ValueState<Session>,
): void {
  backend.applyToAllKeys(MERGING_STATE, VOID_NAMESPACE, (_key, state) => {
    const entries = state as unknown as ListState<WindowEntry>
    let first = sessions.value()
    for (const [window, stateWindow] of entries.get()) {
      contents.setCurrentNamespace(stateWindow)
      const held = contents.getInternal()
      contents.clear()
      const { start, end } = spanOf(window as TimeWindow)
      first = appended(first, new Session({ start, end, held, timer: Number.NaN }))
    }
    entries.clear()
    if (first !== null) sessions.update(first)
  })
}

/** The way back; `onWindow` sets timers. */
export function mergingWindowsOfSessions(
  backend: KeyedStateBackend,
  { contents, merging }: { readonly contents: WindowContents; readonly merging: MergingWindows },
  onWindow: (window: TimeWindow) => void,
): void {
  backend.applyToAllKeys(SESSIONS_STATE, VOID_NAMESPACE, (_key, state) => {
    const sessions = state as unknown as ValueState<Session>
    const entries: WindowEntry[] = []
    for (let each = sessions.value(); each !== null; each = each.next) {
      const { window, held } = each
      entries.push([window, window])
      contents.setCurrentNamespace(window)
      if (held !== undefined) contents.updateInternal(held)
      if (!Number.isNaN(each.timer)) onWindow(window)
    }
    sessions.clear()
    merging.adopt(entries)
  })
}

function spanOf(window: TimeWindow): { readonly start: number; readonly end: number } {
  return { start: window.getStart(), end: window.getEnd() }
}
