// Duty: AggregatingState over a table of the heap backend; the table holds the accumulator.
// Invariants: an accumulator is made at the first value; the result is computed at each get.
// Thread: the task worker that owns the backend.
import type { StateAggregator } from '../../../api/state/aggregating-state-descriptor.js'
import type { AggregatingState } from '../../../api/state/merging-state.js'
import type { StateTable } from './state-table.js'
import { isThenable } from './thenable.js'

export class HeapAggregatingState implements AggregatingState<unknown, unknown> {
  readonly #table: StateTable
  readonly #aggregator: StateAggregator<unknown, unknown, unknown>

  constructor(table: StateTable, aggregator: StateAggregator<unknown, unknown, unknown>) {
    this.#table = table
    this.#aggregator = aggregator
  }

  get(): unknown {
    const accumulator = this.#table.get()
    return accumulator === undefined ? null : this.#aggregator.getResult(accumulator)
  }

  add(value: unknown): void {
    const accumulator = this.#table.get() ?? this.#aggregator.createAccumulator()
    const added = this.#aggregator.add(value, accumulator)
    if (isThenable(added)) throw this.#table.asyncNotAllowed(added, 'add')
    this.#table.put(added)
  }

  clear(): void {
    this.#table.remove()
  }
}
