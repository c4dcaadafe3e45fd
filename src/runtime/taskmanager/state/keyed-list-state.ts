// Duty: ListState over a StateTable; the value in the table is an array.
// Invariants: an empty list is no entry, so a state that was cleared costs nothing in a snapshot.
// Thread: the task worker that owns the backend.
import type { ListState } from '../../../api/state/list-state.js'
import { givenValues } from './given-values.js'
import type { InternalMergingState } from './internal-state.js'
import { mergeNamespaces } from './merge-namespaces.js'
import type { StateTable } from './state-table.js'

export class KeyedListState implements ListState<unknown>, InternalMergingState<unknown> {
  readonly #table: StateTable

  constructor(table: StateTable) {
    this.#table = table
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(): Iterable<unknown> {
    return this.#list() ?? []
  }

  add(value: unknown): void {
    const list = this.#list()
    if (list === undefined) {
      this.#table.put([value])
      return
    }
    list.push(value)
    this.#table.changedInPlace()
  }

  addAll(values: Iterable<unknown>): void {
    const added = givenValues(values, 'addAll', this.#table.named)
    if (added.length === 0) return
    const list = this.#list()
    if (list === undefined) {
      this.#table.put(added)
      return
    }
    for (const value of added) list.push(value)
    this.#table.changedInPlace()
  }

  update(values: Iterable<unknown>): void {
    const list = givenValues(values, 'update', this.#table.named)
    if (list.length === 0) this.#table.remove()
    else this.#table.put(list)
  }

  getInternal(): unknown {
    return this.#table.get()
  }

  hasInternal(): boolean {
    return this.#table.peek() !== undefined
  }

  updateInternal(value: unknown): void {
    this.update(value as readonly unknown[])
  }

  mergeNamespaces(target: unknown, sources: Iterable<unknown>): void {
    mergeNamespaces(this.#table, target, sources, concatenated)
  }

  clear(): void {
    this.#table.remove()
  }

  #list(): unknown[] | undefined {
    return this.#table.get() as unknown[] | undefined
  }
}

function concatenated(first: unknown, second: unknown): unknown {
  return [...(first as unknown[]), ...(second as unknown[])]
}
