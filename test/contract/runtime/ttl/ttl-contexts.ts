/**
 * A state of each kind with the values that Flink's tests of a time to live put into it, and what comes out (release-1.20,
 * flink-runtime, org.apache.flink.runtime.state.ttl: TtlValueStateTestContext and its neighbours).
 */
import { AggregatingStateDescriptor } from '../../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../../src/api/state/map-state.js'
import type { AggregatingState, ReducingState } from '../../../../src/api/state/merging-state.js'
import { ReducingStateDescriptor } from '../../../../src/api/state/reducing-state-descriptor.js'
import type { StateDescriptor } from '../../../../src/api/state/state-descriptor.js'
import type { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import type { State } from '../../../../src/api/state/state.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../src/api/state/value-state.js'
import { Types } from '../../../../src/api/types/types-table.js'

export interface TtlContext {
  readonly name: string
  createDescriptor(): StateDescriptor<unknown> & { enableTimeToLive(ttlConfig: StateTtlConfig): void }
  update(state: State, value: unknown): void
  get(state: State): unknown
  readonly emptyValue: unknown
  readonly updateEmpty: unknown
  readonly updateUnexpired: unknown
  readonly updateExpired: unknown
  readonly getUpdateEmpty: unknown
  readonly getUnexpired: unknown
  readonly getUpdateExpired: unknown
  /** Of states whose namespaces can become one: an update, and what comes out of updates of namespaces. */
  readonly merging?: {
    updateOf(random: number): unknown
    resultOf(unexpired: readonly NamespaceUpdate[], final: readonly NamespaceUpdate[]): unknown
  }
}

export type NamespaceUpdate = readonly [namespace: string, value: unknown]

const TEXTS = {
  updateEmpty: 'test value1',
  updateUnexpired: 'test value2',
  updateExpired: 'test value3',
  getUpdateEmpty: 'test value1',
  getUnexpired: 'test value2',
  getUpdateExpired: 'test value3',
}

export const VALUE: TtlContext = {
  name: 'ValueState',
  createDescriptor: () => new ValueStateDescriptor('value', Types.STRING),
  update: (state, value) => {
    ;(state as ValueState<unknown>).update(value)
  },
  get: (state) => (state as ValueState<unknown>).value(),
  emptyValue: null,
  ...TEXTS,
}

function listContext(
  name: string,
  descriptor: () => ListStateDescriptor<unknown>,
  of: (n: number) => unknown,
): TtlContext {
  const [updateEmpty, updateUnexpired, updateExpired] = [
    [5, 7, 10],
    [8, 9, 11],
    [1, 4],
  ].map((list) => list.map(of))
  return {
    name,
    createDescriptor: descriptor,
    update: (state, values) => {
      ;(state as ListState<unknown>).addAll(values as unknown[])
    },
    get: (state) => [...(state as ListState<unknown>).get()],
    emptyValue: [],
    updateEmpty,
    updateUnexpired,
    updateExpired,
    getUpdateEmpty: updateEmpty,
    getUnexpired: updateUnexpired,
    getUpdateExpired: updateExpired,
    merging: {
      updateOf: (random) => Array.from({ length: random % 5 }, (_, index) => of((random * (index + 3)) % 100)),
      // Added at 120, the others have expired at 230; those of 150 have not.
      resultOf: (_, final) => final.flatMap(([, values]) => values as unknown[]),
    },
  }
}

export const LIST_OF_NUMBERS: TtlContext = listContext(
  'ListState of numbers',
  () => new ListStateDescriptor<unknown>('list', Types.INT),
  (n) => n,
)

export const LIST_OF_TEXTS: TtlContext = listContext(
  'ListState of texts',
  () => new ListStateDescriptor<unknown>('list', Types.STRING),
  String,
)

const ENTRIES = [
  new Map<unknown, unknown>([
    [3, '3'],
    [5, '5'],
    [23, null],
    [10, '10'],
  ]),
  new Map<unknown, unknown>([
    [12, '12'],
    [24, null],
    [7, '7'],
  ]),
  new Map<unknown, unknown>([
    [15, '15'],
    [25, null],
    [4, '4'],
  ]),
] as const

const createMapDescriptor = (): MapStateDescriptor<unknown, unknown> => new MapStateDescriptor<unknown, unknown>('map')

export const MAP_ALL_ENTRIES: TtlContext = {
  name: 'MapState with all entries',
  createDescriptor: createMapDescriptor,
  update: (state, entries) => {
    ;(state as MapState<unknown, unknown>).putAll(entries as Map<unknown, unknown>)
  },
  get: (state) => new Map((state as MapState<unknown, unknown>).entries()),
  emptyValue: new Map(),
  updateEmpty: ENTRIES[0],
  updateUnexpired: ENTRIES[1],
  updateExpired: ENTRIES[2],
  getUpdateEmpty: ENTRIES[0],
  getUnexpired: ENTRIES[1],
  getUpdateExpired: ENTRIES[2],
}

const TEST_KEY = 1

export const MAP_PER_ELEMENT: TtlContext = {
  name: 'MapState by entry',
  createDescriptor: createMapDescriptor,
  update: (state, value) => {
    ;(state as MapState<unknown, unknown>).put(TEST_KEY, value)
  },
  get: (state) => (state as MapState<unknown, unknown>).get(TEST_KEY),
  emptyValue: null,
  ...TEXTS,
}

export const MAP_PER_NULL_ELEMENT: TtlContext = {
  ...MAP_PER_ELEMENT,
  name: 'MapState by entry, of null',
  updateEmpty: null,
  updateUnexpired: null,
  updateExpired: null,
  getUpdateEmpty: null,
  getUnexpired: null,
  getUpdateExpired: null,
}

const sumOf = (updates: readonly NamespaceUpdate[]): number =>
  updates.reduce((sum, [, value]) => sum + (value as number), 0)

const DEFAULT_ACCUMULATOR = 3

export const AGGREGATING: TtlContext = {
  name: 'AggregatingState',
  createDescriptor: () =>
    new AggregatingStateDescriptor<number, number, string>(
      'aggregating',
      {
        createAccumulator: () => DEFAULT_ACCUMULATOR,
        add: (value, accumulator) => accumulator + value,
        getResult: String,
        merge: (a, b) => a + b,
      },
      Types.LONG,
    ),
  update: (state, value) => {
    ;(state as AggregatingState<unknown, unknown>).add(value)
  },
  get: (state) => (state as AggregatingState<unknown, unknown>).get(),
  emptyValue: null,
  updateEmpty: 5,
  updateUnexpired: 7,
  updateExpired: 6,
  getUpdateEmpty: '8',
  getUnexpired: '15',
  getUpdateExpired: '9',
  merging: {
    updateOf: (random) => random % 1000,
    resultOf: (unexpired, final) => {
      const namespaces = new Set([...unexpired, ...final].map(([namespace]) => namespace))
      return String(sumOf(unexpired) + sumOf(final) + namespaces.size * DEFAULT_ACCUMULATOR)
    },
  },
}

export const REDUCING: TtlContext = {
  name: 'ReducingState',
  createDescriptor: () => new ReducingStateDescriptor<number>('reducing', (a, b) => a + b, Types.INT),
  update: (state, value) => {
    ;(state as ReducingState<unknown>).add(value)
  },
  get: (state) => (state as ReducingState<unknown>).get(),
  emptyValue: null,
  updateEmpty: 5,
  updateUnexpired: 7,
  updateExpired: 6,
  getUpdateEmpty: 5,
  getUnexpired: 12,
  getUpdateExpired: 6,
  merging: {
    updateOf: (random) => random % 1000,
    resultOf: (unexpired, final) => sumOf(unexpired) + sumOf(final),
  },
}

export const TTL_CONTEXTS: readonly TtlContext[] = [
  VALUE,
  LIST_OF_NUMBERS,
  LIST_OF_TEXTS,
  MAP_ALL_ENTRIES,
  MAP_PER_ELEMENT,
  MAP_PER_NULL_ELEMENT,
  AGGREGATING,
  REDUCING,
]
