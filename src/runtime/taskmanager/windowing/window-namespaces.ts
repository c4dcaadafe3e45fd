// Duty: windows as namespaces of keyed state.
// Invariants: hash and equality are the window's own: of a TimeWindow a few operations on two numbers.
// Thread: any.
import type { WindowAssigner } from '../../../api/windowing/assigners/window-assigner.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { NamespaceType } from '../state/namespace-type.js'

export function windowNamespaces(assigner: WindowAssigner<unknown, Window>): NamespaceType<Window> {
  const serializer = assigner.getWindowSerializer()
  return {
    fingerprint: serializer.name,
    serializer,
    hash: (window) => window.hashCode(),
    equals: (left, right) => left.equals(right),
  }
}
