// Duty: what broadcast state and a MapState have in common, with a validator before what is put.
// Thread: the task worker that owns the operator.
import type { MapState } from '../../../../api/state/map-state.js'
import { givenEntries } from '../given-values.js'
import type { StateValidator } from './state-validator.js'

type Entries = Pick<MapState<unknown, unknown>, 'put' | 'putAll' | 'get' | 'contains' | 'remove' | 'entries' | 'clear'>

export class ValidatedEntries<S extends Entries> {
  protected readonly state: S
  readonly #validator: StateValidator

  constructor(state: S, validator: StateValidator) {
    this.state = state
    this.#validator = validator
  }

  get(key: unknown): unknown {
    return this.state.get(key)
  }

  contains(key: unknown): boolean {
    return this.state.contains(key)
  }

  put(key: unknown, value: unknown): void {
    this.state.put(key, this.#validator.checked(value))
  }

  putAll(entries: ReadonlyMap<unknown, unknown> | Iterable<readonly [unknown, unknown]>): void {
    const { state, operator } = this.#validator.named
    const given = givenEntries(entries, `State '${state}' of ${operator}`)
    for (const [, value] of given) this.#validator.checked(value)
    this.state.putAll(given)
  }

  remove(key: unknown): void {
    this.state.remove(key)
  }

  entries(): Iterable<[unknown, unknown]> {
    return this.state.entries()
  }

  clear(): void {
    this.state.clear()
  }
}
