// Duty: ValueState over a table of the heap backend.
// Invariants: a null or undefined value is no entry; a default value is handed out as a copy of its own for each call.
// Thread: the task worker that owns the backend.
import type { ValueState } from '../../../api/state/value-state.js'
import type { StateTable } from './state-table.js'

export class HeapValueState implements ValueState<unknown> {
  readonly #table: StateTable
  readonly #defaultValue: unknown

  constructor(table: StateTable, defaultValue: unknown) {
    this.#table = table
    this.#defaultValue = defaultValue ?? null
  }

  value(): unknown {
    const value = this.#table.get()
    return value === undefined ? this.#default() : value
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
    return typeof value === 'object' && value !== null ? this.#table.serializer.copy(value) : value
  }
}
