// Duty: a list of an operator with a validator before it.
// Thread: the task worker that owns the operator.
import type { ListState } from '../../../../api/state/list-state.js'
import { givenValues } from '../given-values.js'
import type { StateValidator } from './state-validator.js'

export class ValidatedListState<S extends ListState<unknown>> implements ListState<unknown> {
  protected readonly state: S
  readonly #validator: StateValidator

  constructor(state: S, validator: StateValidator) {
    this.state = state
    this.#validator = validator
  }

  get(): Iterable<unknown> {
    return this.state.get()
  }

  add(value: unknown): void {
    this.state.add(this.#validator.checked(value))
  }

  addAll(values: Iterable<unknown>): void {
    this.state.addAll(this.#allChecked(values, 'addAll'))
  }

  update(values: Iterable<unknown>): void {
    this.state.update(this.#allChecked(values, 'update'))
  }

  clear(): void {
    this.state.clear()
  }

  /** All of them before one is stored. */
  #allChecked(values: Iterable<unknown>, method: string): unknown[] {
    const given = givenValues(values, method, this.#validator.named)
    for (const value of given) this.#validator.checked(value)
    return given
  }
}
