// Duty: a keyed ListState with a validator before it.
// Thread: the task worker that owns the operator.
import type { InternalListState } from '../internal-state.js'
import { ValidatedListState } from './validated-list-state.js'

export class ValidatedKeyedListState extends ValidatedListState<InternalListState> implements InternalListState {
  setCurrentNamespace(namespace: unknown): void {
    this.state.setCurrentNamespace(namespace)
  }

  getInternal(): unknown {
    return this.state.getInternal()
  }

  hasInternal(): boolean {
    return this.state.hasInternal()
  }

  updateInternal(value: unknown): void {
    this.state.updateInternal(value)
  }

  mergeNamespaces(target: unknown, sources: Iterable<unknown>): void {
    this.state.mergeNamespaces(target, sources)
  }
}
