// Duty: the MergingWindowSet of the current key, in keyed state.
// Invariants: what a call of the operator changed is persisted before the call ends, as a list of its own: the one that the
// state handed out is not changed.
// Thread: the task worker that owns the operator.
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import type { MergingWindowAssigner } from '../../../api/windowing/assigners/merging-window-assigner.js'
import type { WindowSerializer } from '../../../api/windowing/windows/window-serializer.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import { MergingWindowSet, type WindowEntry } from './merging-window-set.js'

/** Flink's name of the state. */
export const MERGING_STATE = 'merging-window-set'

export class MergingWindows {
  readonly #assigner: MergingWindowAssigner<unknown, Window>
  readonly #entries: ListState<WindowEntry>

  constructor(
    assigner: MergingWindowAssigner<unknown, Window>,
    backend: Pick<KeyedStateBackend, 'getOrCreateKeyedState'>,
  ) {
    this.#assigner = assigner
    const type = entryType(assigner.getWindowSerializer())
    const descriptor = new ListStateDescriptor<WindowEntry>(MERGING_STATE, type)
    this.#entries = backend.getOrCreateKeyedState(descriptor) as ListState<WindowEntry>
  }

  ofCurrentKey(): MergingWindowSet {
    const entries = this.#entries.get()
    return new MergingWindowSet(this.#assigner, Array.isArray(entries) ? (entries as WindowEntry[]) : [...entries])
  }

  /** In the place of those that there are. */
  adopt(entries: readonly WindowEntry[]): void {
    this.#entries.update(entries)
  }

  persist(windows: MergingWindowSet): void {
    if (windows.hasChanged) this.#entries.update(windows.entries)
  }
}

function entryType(windows: WindowSerializer<Window>): TypeInformation<WindowEntry> {
  return {
    description: `MERGING(${windows.name})`,
    keyKind: () => 'auto',
    createSerializer: () => ({
      serialize: ([window, stateWindow], output) => {
        windows.serialize(window, output)
        windows.serialize(stateWindow, output)
      },
      deserialize: (input) => [windows.deserialize(input), windows.deserialize(input)],
      copy: (entry) => entry,
    }),
  }
}
