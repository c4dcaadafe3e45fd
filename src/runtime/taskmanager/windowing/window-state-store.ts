// Duty: state of one window and the current key by descriptor: what `windowState()` is.
// Invariants: a store is about the window that was set last, until then. Windows that merge have none.
// Thread: the task worker that owns the operator.
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { State } from '../../../api/state/state.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { DefaultKeyedStateStore } from '../operators/default-keyed-state-store.js'
import type { WindowStates } from './window-states.js'

export class WindowStateStore extends DefaultKeyedStateStore {
  readonly #states: WindowStates
  #window: Window | undefined

  constructor(operatorName: string, states: WindowStates) {
    super(operatorName, undefined)
    this.#states = states
  }

  of(window: Window): this {
    this.#window = window
    return this
  }

  protected override keyedState(descriptor: StateDescriptor<unknown>): State {
    if (this.#window === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'window state without a window' })
    return this.#states.of(descriptor, this.#window)
  }
}

/** The one of windows that merge. */
export class NoWindowStateStore extends DefaultKeyedStateStore {
  readonly #details: { readonly operator: string; readonly assigner: string }

  constructor(operator: string, assigner: string) {
    super(operator, undefined)
    this.#details = { operator, assigner }
  }

  protected override keyedState({ name: state }: StateDescriptor<unknown>): State {
    throw new FlinkError('WINDOW_STATE_NOT_MERGEABLE', { ...this.#details, state })
  }
}
