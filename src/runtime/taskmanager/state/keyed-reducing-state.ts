// Duty: ReducingState over a StateTable.
// Invariants: the table holds what was reduced so far; the first value is stored unchanged. Reducing is synchronous.
// Thread: the task worker that owns the backend.
import { FieldAggregation } from '../../../api/datastream/aggregations.js'
import type { ReducingState } from '../../../api/state/merging-state.js'
import type { StateReducer } from '../../../api/state/reducing-state-descriptor.js'
import type { InternalMergingState } from './internal-state.js'
import { mergeNamespaces } from './merge-namespaces.js'
import { stateResult, type StateTable } from './state-table.js'

export class KeyedReducingState implements ReducingState<unknown>, InternalMergingState<unknown> {
  readonly #table: StateTable
  readonly #reducer: StateReducer<unknown>

  constructor(table: StateTable, reducer: StateReducer<unknown>) {
    this.#table = table
    this.#reducer = reducer
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(): unknown {
    return this.#table.get() ?? null
  }

  add(value: unknown): void {
    const current = this.#table.get()
    if (current === undefined) {
      if (this.#reducer instanceof FieldAggregation) this.#reducer.check(value)
      this.#table.put(value)
      return
    }
    this.#table.put(this.#reduced(current, value))
  }

  getInternal(): unknown {
    return this.#table.get()
  }

  hasInternal(): boolean {
    return this.#table.peek() !== undefined
  }

  updateInternal(value: unknown): void {
    this.#table.put(value)
  }

  mergeNamespaces(target: unknown, sources: Iterable<unknown>): void {
    mergeNamespaces(this.#table, target, sources, (first, second) => this.#reduced(first, second))
  }

  clear(): void {
    this.#table.remove()
  }

  #reduced(first: unknown, second: unknown): unknown {
    return stateResult(this.#reducer.reduce(first, second), 'reduce', this.#table)
  }
}
