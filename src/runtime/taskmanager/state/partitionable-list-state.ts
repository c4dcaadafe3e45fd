// Duty: operator list state: the elements of one subtask, each of which may move to another subtask on its own.
// Invariants: plain values in memory; they are serialised in the synchronous part of a snapshot.
// Thread: the task worker that owns the operator.
import type { ListState } from '../../../api/state/list-state.js'
import { givenValues, type NamedState } from './given-values.js'

export class PartitionableListState implements ListState<unknown> {
  readonly #named: NamedState
  #elements: unknown[] = []

  constructor(named: NamedState) {
    this.#named = named
  }

  get(): Iterable<unknown> {
    return this.#elements
  }

  add(value: unknown): void {
    this.#elements.push(value)
  }

  addAll(values: Iterable<unknown>): void {
    for (const value of givenValues(values, 'addAll', this.#named)) this.#elements.push(value)
  }

  update(values: Iterable<unknown>): void {
    this.#elements = givenValues(values, 'update', this.#named)
  }

  clear(): void {
    this.#elements = []
  }
}
