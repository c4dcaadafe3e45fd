// Duty: AggregatingState over a StateTable; the table holds the accumulator.
// Invariants: an accumulator is made at the first value; the result is computed at each get.
// Thread: the task worker that owns the backend.
import type { StateAggregator } from '../../../api/state/aggregating-state-descriptor.js'
import type { AggregatingState } from '../../../api/state/merging-state.js'
import type { InternalMergingState } from './internal-state.js'
import { mergeNamespaces } from './merge-namespaces.js'
import { stateResult, type StateTable } from './state-table.js'

export class KeyedAggregatingState implements AggregatingState<unknown, unknown>, InternalMergingState<unknown> {
  readonly #table: StateTable
  readonly #aggregator: StateAggregator<unknown, unknown, unknown>

  constructor(table: StateTable, aggregator: StateAggregator<unknown, unknown, unknown>) {
    this.#table = table
    this.#aggregator = aggregator
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(): unknown {
    const accumulator = this.#table.get()
    if (accumulator === undefined) return null
    return stateResult(this.#aggregator.getResult(accumulator), 'getResult', this.#table)
  }

  add(value: unknown): void {
    const accumulator = this.#table.get() ?? this.#aggregator.createAccumulator()
    this.#table.put(stateResult(this.#aggregator.add(value, accumulator), 'add', this.#table))
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
    mergeNamespaces(this.#table, target, sources, (first, second) => {
      return stateResult(this.#aggregator.merge(first, second), 'merge', this.#table)
    })
  }

  clear(): void {
    this.#table.remove()
  }
}
