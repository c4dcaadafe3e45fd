// Duty: a MapState with a validator before it.
// Thread: the task worker that owns the operator.
import type { InternalMapState } from '../internal-state.js'
import { ValidatedEntries } from './validated-entries.js'

export class ValidatedMapState extends ValidatedEntries<InternalMapState> implements InternalMapState {
  setCurrentNamespace(namespace: unknown): void {
    this.state.setCurrentNamespace(namespace)
  }

  keys(): Iterable<unknown> {
    return this.state.keys()
  }

  values(): Iterable<unknown> {
    return this.state.values()
  }

  isEmpty(): boolean {
    return this.state.isEmpty()
  }
}
