// Duty: windows as namespaces of keyed state.
// Invariants: hash and equality are the window's own. A TimeWindow is kept as two numbers.
// Thread: any.
import type { WindowAssigner } from '../../../api/windowing/assigners/window-assigner.js'
import { TIME_WINDOW_SERIALIZER, TimeWindow, timeWindowHash } from '../../../api/windowing/windows/time-window.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { NamespaceType } from '../state/namespace-type.js'

type StartAndEnd<W extends Window> = NonNullable<NamespaceType<W>['numbers']>

const START_AND_END: StartAndEnd<TimeWindow> = {
  first: (window) => window.getStart(),
  second: (window) => window.getEnd(),
  of: (start, end) => new TimeWindow(start, end),
  hash: timeWindowHash,
}

/** Of windows that begin and end at the same times for all keys: each of them is that of many keys. */
export function alignedWindowNamespaces(assigner: WindowAssigner<unknown, Window>): NamespaceType<Window> {
  return { ...windowNamespaces(assigner), shared: { slotOf: (window) => window.maxTimestamp() } }
}

export function windowNamespaces(assigner: WindowAssigner<unknown, Window>): NamespaceType<Window> {
  const serializer = assigner.getWindowSerializer()
  // Another copy of the package has windows of another class.
  const isTime = serializer === TIME_WINDOW_SERIALIZER
  return {
    fingerprint: serializer.name,
    serializer,
    hash: (window) => window.hashCode(),
    equals: (left, right) => left.equals(right),
    ...(isTime ? { numbers: START_AND_END } : {}),
  }
}
