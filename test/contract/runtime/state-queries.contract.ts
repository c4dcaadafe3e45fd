import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import { ReducingStateDescriptor } from '../../../src/api/state/reducing-state-descriptor.js'
import type { StateDescriptor } from '../../../src/api/state/state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { QueryableState } from '../../../src/runtime/taskmanager/state/queryable-state.js'
import { keyedValueSerializer } from '../../../src/runtime/taskmanager/state/state-registration.js'
import { UserMap } from '../../../src/runtime/taskmanager/state/user-map.js'
import { SPANS } from './spans.js'
import { AllStates, DEFAULT_PARAMETERS, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'

const KINDS = ['value', 'list', 'map', 'reducing', 'aggregating'] as const

interface SumAndCount {
  sum: number
  count: number
}

function descriptors(): Record<(typeof KINDS)[number], StateDescriptor<unknown>> {
  const aggregate = {
    createAccumulator: (): SumAndCount => ({ sum: 0, count: 0 }),
    add: (value: number, { sum, count }: SumAndCount): SumAndCount => ({ sum: sum + value, count: count + 1 }),
    getResult: ({ sum, count }: SumAndCount): number => sum / count,
    merge: (a: SumAndCount, b: SumAndCount): SumAndCount => ({ sum: a.sum + b.sum, count: a.count + b.count }),
  }
  return {
    value: new ValueStateDescriptor<unknown>('value').setQueryable('q-value'),
    list: new ListStateDescriptor<unknown>('list').setQueryable('q-list'),
    map: new MapStateDescriptor<unknown, unknown>('map').setQueryable('q-map'),
    reducing: new ReducingStateDescriptor<number>('reducing', (a, b) => a + b, Types.LONG).setQueryable('q-reducing'),
    aggregating: new AggregatingStateDescriptor<number, SumAndCount, number>('aggregating', aggregate).setQueryable(
      'q-aggregating',
    ),
  }
}

/** States of all kinds, and what is told of those that may be asked about. */
class Queried {
  readonly told = new Map<string, QueryableState>()
  readonly backend: KeyedStateBackend
  readonly #descriptors = descriptors()
  readonly #states: Record<(typeof KINDS)[number], unknown>

  private constructor(backend: KeyedStateBackend) {
    this.backend = backend
    this.#states = { value: 0, list: 0, map: 0, reducing: 0, aggregating: 0 }
  }

  static async of(kind: BackendUnderTest, handles: Awaited<ReturnType<typeof snapshotOf>>[] = []): Promise<Queried> {
    const told: QueryableState[] = []
    const backend = await restored(kind, handles, { onQueryableState: (state) => told.push(state) })
    const queried = new Queried(backend)
    for (const each of KINDS) {
      queried.#states[each] = backend.getOrCreateKeyedState(queried.#descriptors[each])
    }
    for (const state of told) queried.told.set(state.queryableName, state)
    return queried
  }

  fill(key: unknown, n: number): void {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    ;(this.#states.value as ValueState<unknown>).update({ n })
    ;(this.#states.list as ListState<unknown>).addAll([n, `element ${String(n)}`])
    const map = this.#states.map as MapState<unknown, unknown>
    for (let entry = 0; entry < 3; entry += 1) map.put([entry, 'x'], { n })
    for (const state of [this.#states.reducing, this.#states.aggregating]) (state as ListState<unknown>).add(n)
  }

  get value(): ValueState<unknown> {
    return this.#states.value as ValueState<unknown>
  }

  clear(key: unknown): void {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    for (const each of KINDS) (this.#states[each] as ValueState<unknown>).clear()
  }

  /** Of any key; undefined where there is none. */
  ask(each: (typeof KINDS)[number], key: unknown): unknown {
    const output = new DataOutputView()
    const state = this.told.get(`q-${each}`) ?? assert.fail(`${each} was not told of`)
    if (!state.writeValueOf(key, hashKey(key, 'auto'), output)) {
      assert.equal(output.position, 0)
      return undefined
    }
    const serializer = keyedValueSerializer(this.#descriptors[each], 'Count', NO_REGISTERED_TYPES)
    const value = serializer.deserialize(new DataInputView(output.toBytes()))
    return value instanceof UserMap ? new Map(value.entries()) : value
  }

  askAll(key: unknown): unknown {
    return Object.fromEntries(KINDS.map((each) => [each, this.ask(each, key)]))
  }
}

const filledWith = (n: number): unknown => ({
  value: { n },
  list: [n, `element ${String(n)}`],
  map: new Map([0, 1, 2].map((entry) => [[entry, 'x'], { n }])),
  reducing: n,
  aggregating: { sum: n, count: 1 },
})

const NOTHING = { value: undefined, list: undefined, map: undefined, reducing: undefined, aggregating: undefined }

/** What every backend promises to whoever asks about state from outside. */
export function stateQueriesContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, a state that may be asked about`, () => {
    it('is told of once, with its name and metadata; one without a name is not', async () => {
      const told: string[] = []
      const backend = await restored(kind, [], {
        onQueryableState: ({ queryableName, metadata }) =>
          told.push(`${queryableName} ${metadata.kind} ${metadata.name}`),
      })
      for (const descriptor of Object.values(descriptors())) {
        backend.getOrCreateKeyedState(descriptor)
        backend.getOrCreateKeyedState(descriptor)
      }
      backend.getOrCreateKeyedState(new ValueStateDescriptor('another'))
      assert.deepEqual(
        told,
        KINDS.map((each) => `q-${each} ${each} ${each}`),
      )
    })

    it('gives the value of any key, wherever it lies, and nothing where there is none', async () => {
      const queried = await Queried.of(kind)
      for (let n = 0; n < 50; n += 1) queried.fill([n, 'key'], n)
      queried.clear([7, 'key'])
      queried.backend.clearCurrentKey()
      for (let n = 0; n < 50; n += 1) {
        assert.deepEqual(queried.askAll([n, 'key']), n === 7 ? NOTHING : filledWith(n))
      }
      assert.deepEqual(queried.askAll([50, 'key']), NOTHING)
      const again = await Queried.of(kind, [await snapshotOf(queried.backend)])
      for (const n of [0, 7, 49]) assert.deepEqual(again.askAll([n, 'key']), n === 7 ? NOTHING : filledWith(n))
    })

    it('gives what the value is now, while the record of another key is at work and a snapshot runs', async () => {
      const queried = await Queried.of(kind)
      for (let n = 0; n < 20; n += 1) queried.fill(n, n)
      const snapshot = queried.backend.snapshot()
      queried.fill('a', 100)
      assert.deepEqual(queried.askAll(3), filledWith(3))
      queried.value.update({ n: 101 })
      assert.deepEqual(queried.ask('value', 'a'), { n: 101 })
      assert.deepEqual(queried.value.value(), { n: 101 })
      assert.equal(queried.backend.currentKey(), 'a')
      assert.deepEqual(queried.ask('value', 3), { n: 3 })
      snapshot.release()
    })

    it('is not changed by that, nor are there more entries or changes', async () => {
      const [asked, left] = [await Queried.of(kind), await Queried.of(kind)]
      for (const queried of [asked, left]) for (let n = 0; n < 20; n += 1) queried.fill(n, n)
      for (const queried of [asked, left])
        await snapshotOf(queried.backend, { checkpointId: 1, baseCheckpointId: undefined })
      for (let n = 0; n < 40; n += 1) asked.askAll(n)
      assert.equal(asked.backend.numberOfEntries(), left.backend.numberOfEntries())
      const increment = { checkpointId: 2, baseCheckpointId: 1 }
      const sizeOf = async ({ backend }: Queried): Promise<number> =>
        (await snapshotOf(backend, increment))
          .filter(({ isDelta }) => isDelta)
          .reduce((sum, { handle }) => sum + (handle.kind === 'inline' ? handle.bytes.length : handle.lengthBytes), 0)
      assert.equal(await sizeOf(asked), await sizeOf(left))
    })

    it('is refused with windows, and under another name than it has already', async () => {
      const { backend } = new AllStates(await restored(kind, []))
      const windowed = new ValueStateDescriptor('windowed').setQueryable('w')
      const message = /^State 'windowed' cannot be made queryable as 'w': it is state of the key and window/
      assert.throws(() => backend.getOrCreateKeyedState(windowed, SPANS), { code: 'QUERYABLE_STATE_INVALID', message })
      const late = new ValueStateDescriptor('value').setQueryable('late')
      assert.throws(() => backend.getOrCreateKeyedState(late), {
        code: 'QUERYABLE_STATE_INVALID',
        message:
          /^State 'value' cannot be made queryable as 'late': the operator has asked for this state before, without one/,
      })
      assert.equal(DEFAULT_PARAMETERS.onQueryableState, undefined)
    })
  })
}
