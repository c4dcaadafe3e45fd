// Duty: the table of a value, reducing or aggregating state, which holds the value itself, with a validator before it.
// Thread: the task worker that owns the operator.
import type { NamedState } from '../given-values.js'
import type { ValuesInMemory } from '../internal-state.js'
import type { EntryKey, StateTable, StateTypes } from '../state-table.js'
import type { StateValidator } from './state-validator.js'

export class ValidatedTable implements StateTable {
  readonly #table: StateTable
  readonly #validator: StateValidator

  constructor(table: StateTable, validator: StateValidator) {
    this.#table = table
    this.#validator = validator
  }

  get types(): StateTypes {
    return this.#table.types
  }

  get named(): NamedState {
    return this.#table.named
  }

  get inMemory(): ValuesInMemory | undefined {
    return this.#table.inMemory
  }

  get(): unknown {
    return this.#table.get()
  }

  peek(): unknown {
    return this.#table.peek()
  }

  put(value: unknown): void {
    this.#table.put(this.#validator.checked(value))
  }

  changedInPlace(): void {
    this.#table.changedInPlace()
  }

  remove(): void {
    this.#table.remove()
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  entryKeys(): Iterable<EntryKey> {
    return this.#table.entryKeys()
  }
}
