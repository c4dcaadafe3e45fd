import type { AggregatingStateDescriptor } from '../api/state/aggregating-state-descriptor.js'
import type { ListState } from '../api/state/list-state.js'
import type { MapState } from '../api/state/map-state.js'
import type { AggregatingState, ReducingState } from '../api/state/merging-state.js'
import type { StateDescriptor } from '../api/state/state-descriptor.js'
import type { ValueState } from '../api/state/value-state.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { keyBytes } from '../core/keygroups/canonical-key.js'

/**
 * Where an answer about state comes from: from the job, as the state is now; or, where the job restarts or its process is gone,
 * from its newest completed checkpoint, as the state was then. `timestamp`: epoch ms of the checkpoint.
 *
 * @example
 * ```ts
 * import type { StateOrigin } from 'flink-ts/client'
 *
 * const ageMs = (origin: StateOrigin): number => (origin.source === 'job' ? 0 : Date.now() - origin.timestamp)
 * ```
 */
export type StateOrigin =
  | { readonly source: 'job' }
  | { readonly source: 'checkpoint'; readonly checkpointId: number; readonly timestamp: number }

/** What `getKvState` gives without a descriptor: the state of the kind that the job says. */
export type QueriedState = StateOrigin &
  (
    | ValueState<unknown>
    | ListState<unknown>
    | MapState<unknown, unknown>
    | ReducingState<unknown>
    | AggregatingState<unknown, unknown>
  )

export interface QueriedValue {
  readonly name: string
  readonly kind: string
  readonly value: unknown
  readonly origin: StateOrigin
}

/** The value as a state of its kind that cannot be changed. */
export function queriedState(queried: QueriedValue, descriptor: StateDescriptor<unknown> | undefined): QueriedState {
  const { value, origin } = queried
  return Object.assign(stateOf(queried, value, descriptor), origin) as QueriedState
}

/** What a descriptor makes of what is stored: of aggregating state the result. */
export function resultOf(value: unknown, descriptor: StateDescriptor<unknown> | undefined): unknown {
  if (descriptor?.kind !== 'aggregating') return value
  return (descriptor as AggregatingStateDescriptor<unknown, unknown, unknown>).aggregateFunction.getResult(value)
}

function stateOf({ name, kind }: QueriedValue, value: unknown, descriptor?: StateDescriptor<unknown>): object {
  switch (kind) {
    case 'list':
      return new QueriedListState(name, value as readonly unknown[])
    case 'map':
      return new QueriedMapState(name, value as ReadonlyMap<unknown, unknown>)
    case 'reducing':
    case 'aggregating':
      return new QueriedAppendingState(name, resultOf(value, descriptor))
    default:
      return new QueriedValueState(name, value)
  }
}

class QueriedValueState implements ValueState<unknown> {
  readonly #name: string
  readonly #value: unknown

  constructor(name: string, value: unknown) {
    this.#name = name
    this.#value = value
  }

  value(): unknown {
    return this.#value
  }

  update(): never {
    throw readOnly(this.#name, 'update')
  }

  clear(): never {
    throw readOnly(this.#name, 'clear')
  }
}

class QueriedAppendingState implements ReducingState<unknown>, AggregatingState<unknown, unknown> {
  readonly #name: string
  readonly #result: unknown

  constructor(name: string, result: unknown) {
    this.#name = name
    this.#result = result
  }

  get(): unknown {
    return this.#result
  }

  add(): never {
    throw readOnly(this.#name, 'add')
  }

  clear(): never {
    throw readOnly(this.#name, 'clear')
  }
}

class QueriedListState implements ListState<unknown> {
  readonly #name: string
  readonly #elements: readonly unknown[]

  constructor(name: string, elements: readonly unknown[]) {
    this.#name = name
    this.#elements = elements
  }

  get(): Iterable<unknown> {
    return [...this.#elements]
  }

  add(): never {
    throw readOnly(this.#name, 'add')
  }

  addAll(): never {
    throw readOnly(this.#name, 'addAll')
  }

  update(): never {
    throw readOnly(this.#name, 'update')
  }

  clear(): never {
    throw readOnly(this.#name, 'clear')
  }
}

/** Keys are found by their value, as in the job. */
class QueriedMapState implements MapState<unknown, unknown> {
  readonly #name: string
  readonly #entries: ReadonlyMap<unknown, unknown>
  readonly #byText = new Map<string, unknown>()

  constructor(name: string, entries: ReadonlyMap<unknown, unknown>) {
    this.#name = name
    this.#entries = entries
    for (const [key, value] of entries) this.#byText.set(textOf(key), value)
  }

  get(key: unknown): unknown {
    return this.#byText.get(textOf(key)) ?? null
  }

  contains(key: unknown): boolean {
    return this.#byText.has(textOf(key))
  }

  entries(): Iterable<[unknown, unknown]> {
    return [...this.#entries]
  }

  keys(): Iterable<unknown> {
    return [...this.#entries.keys()]
  }

  values(): Iterable<unknown> {
    return [...this.#entries.values()]
  }

  isEmpty(): boolean {
    return this.#entries.size === 0
  }

  put(): never {
    throw readOnly(this.#name, 'put')
  }

  putAll(): never {
    throw readOnly(this.#name, 'putAll')
  }

  remove(): never {
    throw readOnly(this.#name, 'remove')
  }

  clear(): never {
    throw readOnly(this.#name, 'clear')
  }
}

function readOnly(name: string, method: string): FlinkError {
  return new FlinkError('QUERIED_STATE_READ_ONLY', { name, method })
}

/** Records by their fields in any order of them; null is a key like others inside a map. */
function textOf(key: unknown): string {
  const part = [key]
  return Buffer.from(keyBytes(part, { tuple: [kindOf(key)] })).toString('latin1')
}

function kindOf(key: unknown): Parameters<typeof keyBytes>[1] {
  if (typeof key !== 'object' || key === null || key instanceof Date) return 'auto'
  if (Array.isArray(key)) return { tuple: key.map(kindOf) }
  const fields = Object.entries(key).sort(([left], [right]) => (left < right ? -1 : 1))
  return { record: fields.map(([name, value]) => [name, kindOf(value)]) }
}
