// Duty: state of a window and the current key by descriptor, as triggers and window functions ask for it.
// Invariants: a descriptor object is looked up by its name once; one that is made for each call is not kept.
// Thread: the task worker that owns the operator.
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { State } from '../../../api/state/state.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import type { InternalMergingState, InternalState } from '../state/internal-state.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import type { NamespaceType } from '../state/namespace-type.js'

type Backend = Pick<KeyedStateBackend, 'getOrCreateKeyedState'>

export class WindowStates {
  readonly #backend: Backend
  readonly #namespaces: NamespaceType<Window>
  readonly #states = new WeakMap<StateDescriptor<unknown>, InternalState<Window>>()

  constructor(backend: Backend, namespaces: NamespaceType<Window>) {
    this.#backend = backend
    this.#namespaces = namespaces
  }

  /** About this window until the next call for the state. */
  of(descriptor: StateDescriptor<unknown>, window: Window): State {
    const state = this.#state(descriptor)
    state.setCurrentNamespace(window)
    return state
  }

  /** Of a list, reducing or aggregating state. */
  merge(descriptor: StateDescriptor<unknown>, target: Window, sources: Iterable<Window>): void {
    const state = this.#state(descriptor) as InternalMergingState<Window>
    state.mergeNamespaces(target, sources)
  }

  #state(descriptor: StateDescriptor<unknown>): InternalState<Window> {
    const known = this.#states.get(descriptor)
    if (known !== undefined) return known
    const state = this.#backend.getOrCreateKeyedState(descriptor, this.#namespaces)
    this.#states.set(descriptor, state)
    return state
  }
}
