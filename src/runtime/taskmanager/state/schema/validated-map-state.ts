// Duty: a MapState with a validator before it.
// Thread: the task worker that owns the operator.
import type { MapState } from '../../../../api/state/map-state.js'
import type { InternalState } from '../internal-state.js'
import { ValidatedEntries } from './validated-entries.js'

export type KeyedMap = MapState<unknown, unknown> & InternalState<unknown>

export class ValidatedMapState extends ValidatedEntries<KeyedMap> implements KeyedMap {
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
