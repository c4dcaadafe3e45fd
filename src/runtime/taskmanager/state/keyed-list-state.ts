// Duty: ListState over a table of the heap backend; the value in the table is an array.
// Invariants: an empty list is no entry, so a state that was cleared costs nothing in a snapshot.
// Thread: the task worker that owns the backend.
import type { ListState } from '../../../api/state/list-state.js'
import { givenValues } from './given-values.js'
import type { StateTable } from './state-table.js'

export class HeapListState implements ListState<unknown> {
  readonly #table: StateTable

  constructor(table: StateTable) {
    this.#table = table
  }

  get(): Iterable<unknown> {
    return this.#list() ?? []
  }

  add(value: unknown): void {
    const list = this.#list()
    if (list === undefined) this.#table.put([value])
    else list.push(value)
  }

  addAll(values: Iterable<unknown>): void {
    const added = givenValues(values, 'addAll', this.#table.named)
    if (added.length === 0) return
    const list = this.#list()
    if (list === undefined) this.#table.put(added)
    else for (const value of added) list.push(value)
  }

  update(values: Iterable<unknown>): void {
    const list = givenValues(values, 'update', this.#table.named)
    if (list.length === 0) this.#table.remove()
    else this.#table.put(list)
  }

  clear(): void {
    this.#table.remove()
  }

  #list(): unknown[] | undefined {
    return this.#table.get() as unknown[] | undefined
  }
}
