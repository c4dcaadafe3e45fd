// Duty: a keyed ListState with a validator before it.
// Thread: the task worker that owns the operator.
import type { ListState } from '../../../../api/state/list-state.js'
import type { InternalMergingState } from '../internal-state.js'
import { ValidatedListState } from './validated-list-state.js'

export type KeyedList = ListState<unknown> & InternalMergingState<unknown>

export class ValidatedKeyedListState extends ValidatedListState<KeyedList> implements KeyedList {
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
