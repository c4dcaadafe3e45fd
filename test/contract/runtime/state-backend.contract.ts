import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import type { AggregatingState, ReducingState } from '../../../src/api/state/merging-state.js'
import { ReducingStateDescriptor } from '../../../src/api/state/reducing-state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../src/core/keygroups/key-group-range.js'
import type {
  KeyedStateBackend,
  SnapshotIncrement,
} from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { KeyedStateBackendParameters } from '../../../src/runtime/taskmanager/state/state-backend.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { TYPELESS_AND_TIMELESS } from './set-time.js'
import { freeSlices, INLINE_READER, MemoryStreams, SteppedSlices } from './state-backend-streams.js'

export interface BackendUnderTest {
  readonly name: string
  /**
   * State holds the objects themselves: what a function changes in one is kept without an update, and what cannot be stored
   * is found by the snapshot. Where it holds bytes, an update finds it.
   */
  readonly keepsObjects: boolean
  /** Checkpoints that build on others name files of theirs; else they are chains of deltas. */
  readonly sharesFiles?: boolean
  /** Tests of many keys have fewer of them. */
  readonly isSlow?: boolean
  /** Of a property, where opening a backend takes long. */
  readonly numRuns?: number
  readonly create: (parameters: KeyedStateBackendParameters) => KeyedStateBackend
}

export const MAX_PARALLELISM = 128

export const DEFAULT_PARAMETERS: KeyedStateBackendParameters = {
  operatorName: 'Count',
  keyKind: 'auto',
  keyGroups: { start: 0, end: MAX_PARALLELISM - 1 },
  maxParallelism: MAX_PARALLELISM,
  ...TYPELESS_AND_TIMELESS,
}

/** An open one. */
export async function backendOf(
  kind: BackendUnderTest,
  parameters: Partial<KeyedStateBackendParameters> = {},
): Promise<KeyedStateBackend> {
  const backend = kind.create({ ...DEFAULT_PARAMETERS, ...parameters })
  await backend.open()
  return backend
}

/** The five kinds of keyed state, all of one backend. */
export class AllStates {
  readonly backend: KeyedStateBackend
  readonly value: ValueState<unknown>
  readonly list: ListState<unknown>
  readonly map: MapState<unknown, unknown>
  readonly reducing: ReducingState<number>
  readonly aggregating: AggregatingState<number, number>

  constructor(backend: KeyedStateBackend) {
    this.backend = backend
    const sum = new AggregatingStateDescriptor<number, [number, number], number>('aggregating', {
      createAccumulator: () => [0, 0],
      add: (value, accumulator) => {
        accumulator[0] += value
        accumulator[1] += 1
        return accumulator
      },
      getResult: ([total, count]) => total * 1000 + count,
      merge: (a, b) => [a[0] + b[0], a[1] + b[1]],
    })
    const max = new ReducingStateDescriptor<number>('reducing', (a, b) => Math.max(a, b), Types.LONG)
    this.value = backend.getOrCreateKeyedState(new ValueStateDescriptor('value')) as ValueState<unknown>
    this.list = backend.getOrCreateKeyedState(new ListStateDescriptor('list')) as ListState<unknown>
    this.map = backend.getOrCreateKeyedState(new MapStateDescriptor('map')) as MapState<unknown, unknown>
    this.reducing = backend.getOrCreateKeyedState(max) as ReducingState<number>
    this.aggregating = backend.getOrCreateKeyedState(sum) as AggregatingState<number, number>
  }

  at(key: unknown): this {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    return this
  }

  /** Everything that is stored under the key, as plain data. */
  contents(key: unknown): unknown {
    this.at(key)
    return structuredClone({
      value: this.value.value(),
      list: [...this.list.get()],
      map: new Map(this.map.entries()),
      reducing: this.reducing.get(),
      aggregating: this.aggregating.get(),
    })
  }
}

export async function snapshotOf(
  backend: KeyedStateBackend,
  increment?: SnapshotIncrement,
): Promise<readonly KeyedStateHandle[]> {
  const snapshot = backend.snapshot(increment)
  try {
    return await snapshot.write(new MemoryStreams(), freeSlices())
  } finally {
    snapshot.release()
  }
}

export async function restored(
  kind: BackendUnderTest,
  handles: readonly (readonly KeyedStateHandle[])[],
  parameters: Partial<KeyedStateBackendParameters> = {},
): Promise<KeyedStateBackend> {
  const backend = kind.create({ ...DEFAULT_PARAMETERS, ...parameters })
  await (handles.flat().length === 0 ? backend.open() : backend.restore(handles.flat(), INLINE_READER))
  return backend
}

function throwsCode(action: () => unknown, code: ErrorCode): void {
  assert.throws(action, (error) => FlinkError.is(error, code))
}

/** What every backend of keyed state promises. */
export function keyedStateBackendContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, a backend of keyed state`, () => {
    describeKinds(kind)
    describeKeys(kind)
    describeErrors(kind)
    describeRestore(kind)
    describeRunningSnapshots(kind)
  })
}

function describeKinds(kind: BackendUnderTest): void {
  it('keeps each kind of state apart by key, and clears it to what it was before', async () => {
    const states = new AllStates(await backendOf(kind))
    const empty = { value: null, list: [], map: new Map(), reducing: null, aggregating: null }
    for (const key of ['a', 'b']) {
      states.at(key).value.update({ key })
      states.list.addAll([key, 1])
      states.list.add(2)
      states.map.put('k', key)
      states.map.putAll([['l', 1]])
      for (const value of [3, 5, 4]) states.reducing.add(value)
      for (const value of [3, 5, 4]) states.aggregating.add(value)
    }
    const full = (key: string): unknown => ({
      value: { key },
      list: [key, 1, 2],
      map: new Map<string, unknown>([
        ['k', key],
        ['l', 1],
      ]),
      reducing: 5,
      aggregating: 12003,
    })
    assert.deepEqual(states.contents('a'), full('a'))
    assert.deepEqual(states.contents('b'), full('b'))
    assert.deepEqual(states.contents('c'), empty)
    states.at('a')
    for (const state of [states.value, states.list, states.map, states.reducing, states.aggregating]) state.clear()
    assert.deepEqual(states.contents('a'), empty)
    assert.deepEqual(states.contents('b'), full('b'))
  })

  it('hands out the default of a ValueState as a fresh copy for each key, and clears by update(null)', async () => {
    const backend = await backendOf(kind)
    const descriptor = new ValueStateDescriptor<{ n: number }>('v', undefined, { n: 0 })
    const state = backend.getOrCreateKeyedState(descriptor) as ValueState<{ n: number }>
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    const first = state.value()
    assert.deepEqual(first, { n: 0 })
    if (first !== null) first.n = 7
    backend.setCurrentKey('b', hashKey('b', 'auto'))
    assert.deepEqual(state.value(), { n: 0 })
    state.update({ n: 3 })
    state.update(null)
    assert.deepEqual(state.value(), { n: 0 })
  })

  it('treats an empty list and an empty map as no state', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    states.list.add(1)
    states.list.update([])
    states.map.put('x', 1)
    states.map.remove('x')
    assert.equal(states.map.isEmpty(), true)
    assert.equal(states.backend.numberOfEntries(), 0)
    assert.equal(states.backend.hasEntries(), false)
  })

  it('finds a user key of a MapState by value, and tells 1, "1", 1n, true and null apart', async () => {
    const { map } = new AllStates(await backendOf(kind)).at('a')
    const keys: unknown[] = [1, '1', 1n, true, null, [1, 'x'], new Date(5), '\u0000s1', '\u0000b', NaN]
    keys.forEach((key, index) => {
      map.put(key, index)
    })
    const byIndex = [...(map.entries() as Iterable<[unknown, number]>)].sort((a, b) => a[1] - b[1])
    assert.deepEqual(
      byIndex,
      keys.map((key, index) => [key, index]),
    )
    assert.equal(map.get([1, 'x']), 5)
    map.put([1, 'x'], 'again')
    map.remove(new Date(5))
    assert.deepEqual(new Set(map.values()), new Set([0, 1, 2, 3, 4, 'again', 7, 8, 9]))
    assert.deepEqual([...map.keys()].filter(Array.isArray), [[1, 'x']])
    assert.equal(map.contains(NaN), true)
  })
}

function describeKeys(kind: BackendUnderTest): void {
  it('tells keys with the same hash apart', async () => {
    const { backend, value } = new AllStates(await backendOf(kind))
    for (const keys of [
      ['AaAa', 'AaBB', 'BBAa', 'BBBB'],
      [
        ['Aa', 1],
        ['BB', 1],
      ],
    ]) {
      const [first, second] = keys
      const hash = hashKey(first, 'auto')
      for (const key of keys) {
        assert.equal(hashKey(key, 'auto'), hash)
        backend.setCurrentKey(key, hash)
        value.update(key)
      }
      for (const key of keys) {
        backend.setCurrentKey(key, hash)
        assert.deepEqual(value.value(), key)
      }
      backend.setCurrentKey(first, hash)
      value.clear()
      backend.setCurrentKey(second, hash)
      assert.deepEqual(value.value(), second)
    }
  })

  const keys = kind.isSlow === true ? 20_000 : 100_000
  it(`holds ${keys} keys, forgets half of them, and gives the rest back after a restore`, async () => {
    const { backend, value } = new AllStates(await backendOf(kind))
    const at = (target: KeyedStateBackend, index: number): void => {
      const key = `user-${String(index)}`
      target.setCurrentKey(key, hashKey(key, 'auto'))
    }
    for (let index = 0; index < keys; index += 1) {
      at(backend, index)
      value.update(index)
    }
    for (let index = 0; index < keys; index += 2) {
      at(backend, index)
      value.clear()
    }
    assert.equal(backend.numberOfEntries(), keys / 2)
    assert.equal(backend.hasEntries(), true)
    const again = new AllStates(await restored(kind, [await snapshotOf(backend)]))
    assert.equal(again.backend.numberOfEntries(), keys / 2)
    assert.equal(again.backend.hasEntries(), true)
    for (let index = 0; index < keys; index += 1) {
      at(again.backend, index)
      assert.equal(again.value.value(), index % 2 === 0 ? null : index)
    }
  })
}

function describeErrors(kind: BackendUnderTest): void {
  it('refuses access to state outside of a key', async () => {
    const states = new AllStates(await backendOf(kind))
    const accesses = [
      () => states.value.value(),
      () => {
        states.value.update(1)
      },
      () => states.list.get(),
      () => {
        states.map.put(1, 1)
      },
      () => {
        states.reducing.add(1)
      },
      () => states.aggregating.get(),
      () => {
        states.value.clear()
      },
    ]
    for (const access of accesses) throwsCode(access, 'STATE_ACCESS_WITHOUT_KEY')
    states.at('a').backend.clearCurrentKey()
    for (const access of accesses) throwsCode(access, 'STATE_ACCESS_WITHOUT_KEY')
  })

  it('refuses one name for two kinds, now and after a restore, and another type', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    states.value.update(1)
    states.reducing.add(1)
    throwsCode(() => states.backend.getOrCreateKeyedState(new ListStateDescriptor('value')), 'STATE_NAME_CONFLICT')
    const next = await restored(kind, [await snapshotOf(states.backend)])
    throwsCode(() => next.getOrCreateKeyedState(new ListStateDescriptor('value')), 'STATE_NAME_CONFLICT')
    const other = await restored(kind, [await snapshotOf(states.backend)])
    const asText = new ReducingStateDescriptor<string>('reducing', (a) => a, Types.STRING)
    throwsCode(() => other.getOrCreateKeyedState(asText), 'STATE_TYPE_INCOMPATIBLE')
  })

  it('fails the snapshot, or the update, with STATE_NOT_SERIALIZABLE for a function in state', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    if (!kind.keepsObjects) {
      throwsCode(() => {
        states.value.update({ callback: () => 1 })
      }, 'STATE_NOT_SERIALIZABLE')
      assert.equal(states.value.value(), null)
      return
    }
    states.value.update({ callback: () => 1 })
    const streams = new MemoryStreams()
    const snapshot = states.backend.snapshot()
    await assert.rejects(snapshot.write(streams, freeSlices()), (error) => {
      assert.ok(FlinkError.is(error, 'STATE_NOT_SERIALIZABLE'))
      assert.match(error.message, /'value' of Count/)
      assert.match(error.message, /callback/)
      return true
    })
    snapshot.release()
    assert.equal(streams.aborted, streams.opened)
  })

  it('refuses a reducer that is asynchronous', async () => {
    const backend = await backendOf(kind)
    const descriptor = new ReducingStateDescriptor<unknown>('r', (a) => Promise.resolve(a))
    const state = backend.getOrCreateKeyedState(descriptor) as ReducingState<unknown>
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    state.add(1)
    throwsCode(() => {
      state.add(2)
    }, 'ASYNC_NOT_ALLOWED')
  })

  it('removes the stream when writing fails', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    states.value.update(1)
    const streams = new MemoryStreams()
    streams.failure = new Error('disk full')
    const snapshot = states.backend.snapshot()
    await assert.rejects(snapshot.write(streams, freeSlices()), /disk full/)
    snapshot.release()
    assert.equal(streams.aborted, 1)
  })
}

function describeRestore(kind: BackendUnderTest): void {
  it('gives no handle when there is no entry', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    states.value.update(1)
    states.value.clear()
    assert.deepEqual(await snapshotOf(states.backend), [])
  })

  for (const [before, after] of [
    [1, 3],
    [3, 1],
    [2, 5],
    [4, 4],
  ] as const) {
    it(`restores all keys once from parallelism ${String(before)} to ${String(after)}`, async () => {
      const keys = Array.from({ length: 500 }, (_, index) => (index % 3 === 0 ? index : `key-${String(index)}`))
      const owner = (key: unknown, parallelism: number): number =>
        Math.floor((keyGroupForHash(hashKey(key, 'auto'), MAX_PARALLELISM) * parallelism) / MAX_PARALLELISM)
      const subtasks = (parallelism: number): KeyGroupRange[] =>
        Array.from({ length: parallelism }, (_, index) =>
          keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index),
        )
      const old: AllStates[] = []
      for (const keyGroups of subtasks(before)) old.push(new AllStates(await backendOf(kind, { keyGroups })))
      for (const key of keys) {
        const states = old[owner(key, before)]?.at(key)
        states?.value.update({ key })
        states?.list.add(key)
        states?.map.put(key, [key])
      }
      const handles = await Promise.all(old.map(({ backend }) => snapshotOf(backend)))
      const next: AllStates[] = []
      for (const keyGroups of subtasks(after)) next.push(new AllStates(await restored(kind, handles, { keyGroups })))
      assert.equal(
        next.reduce((sum, { backend }) => sum + backend.numberOfEntries(), 0),
        keys.length * 3,
      )
      for (const key of keys) {
        const contents = next[owner(key, after)]?.contents(key)
        const expected = {
          value: { key },
          list: [key],
          map: new Map([[key, [key]]]),
          reducing: null,
          aggregating: null,
        }
        assert.deepEqual(contents, expected)
      }
    })
  }

  it('carries state that nobody asks for any more into the next snapshot', async () => {
    const states = new AllStates(await backendOf(kind))
    states.at('a').value.update('kept')
    states.at('b').list.add('used')
    const second = await restored(kind, [await snapshotOf(states.backend)])
    const list = second.getOrCreateKeyedState(new ListStateDescriptor('list')) as ListState<unknown>
    second.setCurrentKey('b', hashKey('b', 'auto'))
    list.add('more')
    const third = new AllStates(await restored(kind, [await snapshotOf(second)]))
    assert.equal(third.at('a').value.value(), 'kept')
    assert.deepEqual([...third.at('b').list.get()], ['used', 'more'])
  })

  it('restores tuple keys as they were', async () => {
    const states = new AllStates(await backendOf(kind)).at([1, 'x'])
    states.value.update(1)
    const next = new AllStates(await restored(kind, [await snapshotOf(states.backend)])).at([1, 'x'])
    assert.equal(next.value.value(), 1)
  })
}

function describeRunningSnapshots(kind: BackendUnderTest): void {
  it('writes what was there when the snapshot began, whatever records do meanwhile', async () => {
    const states = new AllStates(await backendOf(kind))
    for (const key of ['changed', 'mutated', 'removed', 'same']) states.at(key).value.update({ n: 1 })
    const stepped = new SteppedSlices()
    const snapshot = states.backend.snapshot()
    const written = snapshot.write(new MemoryStreams(), stepped.slices)
    states.at('changed').value.update({ n: 2 })
    const mutated = states.at('mutated').value.value() as { n: number }
    mutated.n = 2
    states.value.update(mutated)
    states.at('removed').value.clear()
    states.at('new').value.update({ n: 2 })
    const handle = await stepped.finish(written)
    snapshot.release()
    const then = new AllStates(await restored(kind, [handle]))
    for (const key of ['changed', 'mutated', 'removed', 'same']) assert.deepEqual(then.at(key).value.value(), { n: 1 })
    assert.equal(then.at('new').value.value(), null)
    assert.deepEqual(states.at('mutated').value.value(), { n: 2 })
  })

  it('does not write what a function changes in what it got of any kind of state meanwhile', async () => {
    const states = new AllStates(await backendOf(kind)).at('k')
    const fill = (): void => {
      states.list.add({ n: 1 })
      states.map.put('m', { n: 1 })
    }
    fill()
    const stepped = new SteppedSlices()
    const snapshot = states.backend.snapshot()
    const written = snapshot.write(new MemoryStreams(), stepped.slices)
    for (const element of states.at('k').list.get()) (element as { n: number }).n = 2
    const ofMap = states.map.get('m') as { n: number }
    ofMap.n = 2
    const handles = await stepped.finish(written)
    const then = new AllStates(await restored(kind, [handles])).at('k')
    snapshot.release()
    assert.deepEqual([...then.list.get()], [{ n: 1 }])
    assert.deepEqual(then.map.get('m'), { n: 1 })
    const n = kind.keepsObjects ? 2 : 1
    assert.deepEqual([...states.list.get()], [{ n }])
    assert.deepEqual(states.map.get('m'), { n })
  })

  it('keeps a key as it was, whatever its function does with the record that the key is part of', async () => {
    const key: [number, string] = [1, 'x']
    const states = new AllStates(await backendOf(kind)).at(key)
    states.value.update(1)
    key[1] = 'changed'
    assert.equal(states.at([1, 'x']).value.value(), 1)
    const next = new AllStates(await restored(kind, [await snapshotOf(states.backend)])).at([1, 'x'])
    assert.equal(next.value.value(), 1)
  })

  it('ends a snapshot that is cancelled while it waits for its next slice', async () => {
    const states = new AllStates(await backendOf(kind))
    for (let key = 0; key < 10; key += 1) states.at(key).value.update(key)
    const streams = new MemoryStreams()
    const stepped = new SteppedSlices()
    const snapshot = states.backend.snapshot()
    const written = snapshot.write(streams, stepped.slices)
    await stepped.advance()
    stepped.slices.cancel(new Error('given up'))
    await assert.rejects(written, /given up/)
    snapshot.release()
    assert.equal(streams.aborted, streams.opened)
  })
}
