// Duty: states of a descriptor with a validator: what is stored is asked about before.
// Invariants: made only where there is a validator: others pay nothing. What an object is made to be without an update is not seen.
// What an operator of the engine moves from namespace to namespace was asked about when it came.
// Thread: the task worker that owns the operator.
import type { BroadcastState } from '../../../../api/state/broadcast-state.js'
import type { ListState } from '../../../../api/state/list-state.js'
import type { MapState } from '../../../../api/state/map-state.js'
import type { StandardSchemaV1 } from '../../../../api/types/standard-schema.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { givenValues, type NamedState } from '../given-values.js'
import type { InternalMergingState, InternalState, ValuesInMemory } from '../internal-state.js'
import type { EntryKey, StateTable, StateTypes } from '../state-table.js'
import { invalidity } from './value-validator.js'

type AnyMap = MapState<unknown, unknown>
export type KeyedMap = AnyMap & InternalState<unknown>

/** Asks about values of one state. */
export class StateValidator {
  readonly #schema: StandardSchemaV1
  readonly named: NamedState

  constructor(schema: StandardSchemaV1, named: NamedState) {
    this.#schema = schema
    this.named = named
  }

  /** The value as it is; STATE_VALUE_INVALID where it is not valid. */
  checked(value: unknown): unknown {
    const reason = invalidity(value, this.#schema)
    if (reason === undefined) return value
    const { state, operator } = this.named
    throw new FlinkError('STATE_VALUE_INVALID', { state, operator, reason })
  }
}

/** Of a value, reducing or aggregating state, whose table holds the value itself. */
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

  writeValueOf(place: EntryKey, output: DataOutputView): boolean {
    return this.#table.writeValueOf(place, output)
  }
}

/** Of a list of an operator. */
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

export type KeyedList = ListState<unknown> & InternalMergingState<unknown>

export class ValidatedKeyedListState extends ValidatedListState<KeyedList> implements KeyedList {
  setCurrentNamespace(namespace: unknown): void {
    this.state.setCurrentNamespace(namespace)
  }

  getInternal(): unknown {
    return this.state.getInternal()
  }

  hasInternal(): boolean {
    return this.state.hasInternal()
  }

  updateInternal(value: unknown): void {
    this.state.updateInternal(value)
  }

  mergeNamespaces(target: unknown, sources: Iterable<unknown>): void {
    this.state.mergeNamespaces(target, sources)
  }
}

/** Broadcast state, and the half of a MapState that stores. */
class ValidatedEntries<S extends Pick<AnyMap, 'put' | 'putAll' | 'get' | 'contains' | 'remove' | 'entries' | 'clear'>> {
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
    const given = [...entries]
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

export class ValidatedBroadcastState
  extends ValidatedEntries<BroadcastState<unknown, unknown>>
  implements BroadcastState<unknown, unknown>
{
  immutableEntries(): Iterable<readonly [unknown, unknown]> {
    return this.state.immutableEntries()
  }
}

export class ValidatedMapState extends ValidatedEntries<KeyedMap> implements KeyedMap {
  setCurrentNamespace(namespace: unknown): void {
    this.state.setCurrentNamespace(namespace)
  }

  keys(): Iterable<unknown> {
    return this.state.keys()
  }

  values(): Iterable<unknown> {
    return this.state.values()
  }

  isEmpty(): boolean {
    return this.state.isEmpty()
  }
}
