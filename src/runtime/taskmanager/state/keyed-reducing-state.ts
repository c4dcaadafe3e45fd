// Duty: ReducingState over a table of the heap backend.
// Invariants: the table holds what was reduced so far; the first value is stored as it came. Reducing is synchronous.
// Thread: the task worker that owns the backend.
import type { ReducingState } from '../../../api/state/merging-state.js'
import type { StateReducer } from '../../../api/state/reducing-state-descriptor.js'
import type { StateTable } from './state-table.js'
import { isThenable } from './thenable.js'

export class HeapReducingState implements ReducingState<unknown> {
  readonly #table: StateTable
  readonly #reducer: StateReducer<unknown>

  constructor(table: StateTable, reducer: StateReducer<unknown>) {
    this.#table = table
    this.#reducer = reducer
  }

  get(): unknown {
    return this.#table.get() ?? null
  }

  add(value: unknown): void {
    const current = this.#table.get()
    if (current === undefined) {
      this.#table.put(value)
      return
    }
    const reduced = this.#reducer.reduce(current, value)
    if (isThenable(reduced)) throw this.#table.asyncNotAllowed(reduced, 'reduce')
    this.#table.put(reduced)
  }

  clear(): void {
    this.#table.remove()
  }
}
