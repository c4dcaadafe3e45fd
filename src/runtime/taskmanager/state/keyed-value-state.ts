// Duty: ValueState over a StateTable.
// Invariants: a null or undefined value is no entry; a default value is handed out as a copy of its own for each call.
// Thread: the task worker that owns the backend.
import type { ValueState } from '../../../api/state/value-state.js'
import type { InternalValueState, ValuesInMemory } from './internal-state.js'
import type { StateTable } from './state-table.js'

export class KeyedValueState implements ValueState<unknown>, InternalValueState<unknown> {
  readonly #table: StateTable
  readonly #defaultValue: unknown

  constructor(table: StateTable, defaultValue: unknown) {
    this.#table = table
    this.#defaultValue = defaultValue ?? null
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  value(): unknown {
    const value = this.#table.get()
    return value === undefined ? this.#default() : value
  }

  peek(): unknown {
    return this.#table.peek()
  }

  get inMemory(): ValuesInMemory | undefined {
    return this.#table.inMemory
  }

  update(value: unknown): void {
    if (value === null || value === undefined) this.#table.remove()
    else this.#table.put(value)
  }

  clear(): void {
    this.#table.remove()
  }

  #default(): unknown {
    const value = this.#defaultValue
    return typeof value === 'object' && value !== null ? this.#table.types.serializer.copy(value) : value
  }
}
