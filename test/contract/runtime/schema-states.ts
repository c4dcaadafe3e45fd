import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import type { AggregatingState, ReducingState } from '../../../src/api/state/merging-state.js'
import { ReducingStateDescriptor } from '../../../src/api/state/reducing-state-descriptor.js'
import type { StateDescriptor } from '../../../src/api/state/state-descriptor.js'
import type { StateSchemaOptions } from '../../../src/api/state/state-schema.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import type { TypeInformation } from '../../../src/api/types/type-information.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { Span, SPANS } from './spans.js'

/** A type and the schema that goes with it. */
export interface Declared {
  readonly type: TypeInformation<unknown> | undefined
  readonly version?: number
  readonly options?: StateSchemaOptions
}

export const KINDS_OF_STATE = ['value', 'list', 'map', 'reducing', 'aggregating', 'windowed'] as const
export type KindOfState = (typeof KINDS_OF_STATE)[number]

const WINDOW = new Span(0, 10)

export function descriptorOf(kind: KindOfState, { type, version, options }: Declared): StateDescriptor<unknown> {
  const descriptor = made(kind, type)
  return version === undefined ? descriptor : descriptor.withSchema(version, options)
}

function made(kind: KindOfState, type: TypeInformation<unknown> | undefined) {
  switch (kind) {
    case 'list':
      return new ListStateDescriptor(kind, type)
    case 'map':
      return new MapStateDescriptor<unknown, unknown>(kind, Types.STRING, type)
    case 'reducing':
      return new ReducingStateDescriptor<unknown>(kind, (_first, second) => second, type)
    case 'aggregating':
      return new AggregatingStateDescriptor<unknown, unknown, unknown>(
        kind,
        { createAccumulator: () => null, add: (value) => value, getResult: (held) => held, merge: (_a, b) => b },
        type,
      )
    default:
      return new ValueStateDescriptor<unknown>(kind, type)
  }
}

/** One state of a backend, whatever its kind: all values of a key. */
export class SchemaState {
  readonly #kind: KindOfState
  readonly #backend: KeyedStateBackend
  readonly #state: unknown

  constructor(backend: KeyedStateBackend, kind: KindOfState, declared: Declared) {
    const descriptor = descriptorOf(kind, declared)
    this.#kind = kind
    this.#backend = backend
    this.#state =
      kind === 'windowed' ? backend.getOrCreateKeyedState(descriptor, SPANS) : backend.getOrCreateKeyedState(descriptor)
  }

  put(key: string, value: unknown): void {
    this.#setKey(key)
    const state = this.#state
    switch (this.#kind) {
      case 'list':
        ;(state as ListState<unknown>).addAll([value, value])
        break
      case 'map':
        for (const each of ['first', 'second']) (state as MapState<string, unknown>).put(each, value)
        break
      case 'reducing':
        ;(state as ReducingState<unknown>).add(value)
        break
      case 'aggregating':
        ;(state as AggregatingState<unknown, unknown>).add(value)
        break
      default:
        ;(state as ValueState<unknown>).update(value)
    }
  }

  /** Of a list or map there are two. */
  get(key: string): readonly unknown[] {
    this.#setKey(key)
    const state = this.#state
    switch (this.#kind) {
      case 'list':
        return [...(state as ListState<unknown>).get()]
      case 'map': {
        const map = state as MapState<string, unknown>
        return [...map.keys()].sort().map((each) => map.get(each))
      }
      case 'reducing':
        return present((state as ReducingState<unknown>).get())
      case 'aggregating':
        return present((state as AggregatingState<unknown, unknown>).get())
      default:
        return present((state as ValueState<unknown>).value())
    }
  }

  #setKey(key: string): void {
    this.#backend.setCurrentKey(key, hashKey(key, 'auto'))
    if (this.#kind === 'windowed') (this.#state as InternalState<Span>).setCurrentNamespace(WINDOW)
  }
}

function present(value: unknown): readonly unknown[] {
  return value === null ? [] : [value]
}

export function countOf(kind: KindOfState): number {
  return kind === 'list' || kind === 'map' ? 2 : 1
}
