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
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import type { InternalMergingState, InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { NamespaceType } from '../../../src/runtime/taskmanager/state/namespace-type.js'
import { Span, SPANS } from './spans.js'
import {
  AllStates,
  backendOf,
  MAX_PARALLELISM,
  restored,
  snapshotOf,
  type BackendUnderTest,
} from './state-backend.contract.js'

const FIRST = new Span(0, 10)
const SECOND = new Span(10, 20)
const THIRD = new Span(20, 30)

const sum = new AggregatingStateDescriptor<number, number[], number>('sum', {
  createAccumulator: () => [],
  add: (value, accumulator) => [...accumulator, value],
  getResult: (accumulator) => accumulator.reduce((total, each) => total * 10 + each, 0),
  merge: (a, b) => [...a, ...b],
})

/** One state of each kind with spans as namespaces. */
class SpanStates {
  readonly backend: KeyedStateBackend
  readonly value: ValueState<unknown> & InternalState<Span>
  readonly list: ListState<unknown> & InternalMergingState<Span>
  readonly map: MapState<unknown, unknown> & InternalState<Span>
  readonly reducing: ReducingState<string> & InternalMergingState<Span>
  readonly aggregating: AggregatingState<number, number> & InternalMergingState<Span>

  constructor(backend: KeyedStateBackend) {
    this.backend = backend
    const joined = new ReducingStateDescriptor<string>('joined', (a, b) => a + b)
    this.value = backend.getOrCreateKeyedState(new ValueStateDescriptor('v'), SPANS) as typeof this.value
    this.list = backend.getOrCreateKeyedState(new ListStateDescriptor('l'), SPANS) as typeof this.list
    this.map = backend.getOrCreateKeyedState(new MapStateDescriptor('m'), SPANS) as typeof this.map
    this.reducing = backend.getOrCreateKeyedState(joined, SPANS) as typeof this.reducing
    this.aggregating = backend.getOrCreateKeyedState(sum, SPANS) as typeof this.aggregating
  }

  at(key: unknown, span?: Span): this {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    if (span === undefined) return this
    for (const state of [this.value, this.list, this.map, this.reducing, this.aggregating]) {
      state.setCurrentNamespace(new Span(span.start, span.end))
    }
    return this
  }

  fill(key: unknown, span: Span, n: number): void {
    this.at(key, span)
    this.value.update({ n })
    this.list.addAll([n, 'x'])
    this.map.put(n, 'x')
    this.reducing.add(String(n))
    this.aggregating.add(n)
  }

  contents(key: unknown, span: Span): unknown {
    this.at(key, span)
    const { value, list, map, reducing, aggregating } = this
    const entries = new Map(map.entries())
    return [value.value(), [...list.get()], entries, reducing.get(), aggregating.get()]
  }
}

const filled = (n: number): unknown => [{ n }, [n, 'x'], new Map([[n, 'x']]), String(n), n]
const EMPTY = [null, [], new Map(), null, null]

/** What every backend promises of states with namespaces, and of all keys of a state. */
export function namespacesContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, states with namespaces`, () => {
    describeNamespaces(kind)
    describeSnapshots(kind)
    describeMerging(kind)
  })
  describe(`${kind.name}, the keys of a state`, () => {
    describeKeys(kind)
  })
}

function describeNamespaces(kind: BackendUnderTest): void {
  it('keep the entries of a key apart by equal namespaces, each kind of state', async () => {
    const states = new SpanStates(await backendOf(kind))
    states.fill('a', FIRST, 1)
    states.fill('a', SECOND, 2)
    states.fill('b', FIRST, 3)
    assert.deepEqual(states.contents('a', FIRST), filled(1))
    assert.deepEqual(states.contents('a', SECOND), filled(2))
    assert.deepEqual(states.contents('b', FIRST), filled(3))
    assert.deepEqual(states.contents('b', SECOND), EMPTY)
    states.at('a', FIRST)
    for (const state of [states.value, states.list, states.map, states.reducing, states.aggregating]) state.clear()
    assert.deepEqual(states.contents('a', FIRST), EMPTY)
    assert.deepEqual(states.contents('a', SECOND), filled(2))
    assert.equal(states.backend.numberOfEntries(), 10)
  })

  it('have each a namespace of its own, which stays over keys, beside state without namespaces', async () => {
    const backend = await backendOf(kind)
    const { value: plain } = new AllStates(backend)
    const states = new SpanStates(backend).at('a', FIRST)
    states.value.update('first')
    plain.update('plain')
    states.value.setCurrentNamespace(SECOND)
    states.list.add('list of first')
    assert.equal(states.value.value(), null)
    assert.equal(plain.value(), 'plain')
    states.at('b').at('a')
    assert.equal(states.value.value(), null)
    assert.deepEqual([...states.list.get()], ['list of first'])
    states.value.setCurrentNamespace(FIRST)
    assert.equal(states.value.value(), 'first')
  })

  it('finds keys with one hash in namespaces with one hash', async () => {
    const states = new SpanStates(await backendOf(kind))
    const spans = [new Span(1, 0), new Span(0, 31)]
    assert.equal(SPANS.hash(spans[0] ?? FIRST), SPANS.hash(spans[1] ?? FIRST))
    const expected: [string, Span, number][] = []
    for (const key of ['AaAa', 'BBBB', 'AaBB']) {
      for (const span of spans) expected.push([key, span, expected.length + 1])
    }
    for (const [key, span, n] of expected) states.fill(key, span, n)
    for (const [key, span, n] of expected) assert.deepEqual(states.contents(key, span), filled(n))
  })
}

function describeSnapshots(kind: BackendUnderTest): void {
  it('are restored with any parallelism, and named with the type of their namespaces', async () => {
    const whole = new SpanStates(await backendOf(kind))
    for (let key = 0; key < 50; key += 1)
      for (const span of [FIRST, SECOND]) whole.fill(key, span, key + span.start + 1)
    const plain = new AllStates(whole.backend)
    plain.at(7).value.update('plain')
    const handles = await snapshotOf(whole.backend)
    const fingerprints = handles[0]?.states.map(({ namespaceFingerprint }) => namespaceFingerprint)
    assert.deepEqual(new Set(fingerprints), new Set(['SPAN', undefined]))
    for (const index of [0, 1, 2]) {
      const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, 3, index)
      const part = new SpanStates(await restored(kind, [handles], { keyGroups }))
      for (let key = 0; key < 50; key += 1) {
        const keyGroup = keyGroupForHash(hashKey(key, 'auto'), MAX_PARALLELISM)
        if (keyGroup < keyGroups.start || keyGroup > keyGroups.end) continue
        for (const span of [FIRST, SECOND]) assert.deepEqual(part.contents(key, span), filled(key + span.start + 1))
      }
    }
  })

  it('are refused with namespaces of another type, now and after a restore', async () => {
    const states = new SpanStates(await backendOf(kind)).at('a', FIRST)
    states.value.update(1)
    const other: NamespaceType<Span> = { ...SPANS, fingerprint: 'OTHER' }
    const reason = /State 'v' of Count cannot be restored: its namespaces were of the type SPAN and are declared as /
    const asked = (backend: KeyedStateBackend, type?: NamespaceType<Span>) => () =>
      type === undefined
        ? backend.getOrCreateKeyedState(new ValueStateDescriptor('v'))
        : backend.getOrCreateKeyedState(new ValueStateDescriptor('v'), type)
    const next = await restored(kind, [await snapshotOf(states.backend)])
    const conflict = /registered as value state of the key and window and is asked for as value state of the key\. /
    assert.throws(asked(states.backend), (error) => {
      assert.ok(FlinkError.is(error, 'STATE_NAME_CONFLICT'), String(error))
      assert.match(error.message, conflict)
      return true
    })
    for (const backend of [states.backend, next]) {
      for (const type of backend === next ? [other, undefined] : [other]) {
        assert.throws(asked(backend, type), (error) => {
          assert.ok(FlinkError.is(error, 'STATE_TYPE_INCOMPATIBLE'), String(error))
          assert.match(error.message, reason)
          return true
        })
      }
    }
  })

  it('are carried on when nobody asks for them', async () => {
    const states = new SpanStates(await backendOf(kind))
    states.fill('a', FIRST, 1)
    const second = await restored(kind, [await snapshotOf(states.backend)])
    const plain = new AllStates(second)
    plain.at('b').value.update('new')
    const third = new SpanStates(await restored(kind, [await snapshotOf(second)]))
    assert.deepEqual(third.contents('a', FIRST), filled(1))
  })

  it('come and go between checkpoints that build on each other', async () => {
    const states = new SpanStates(await backendOf(kind))
    for (let key = 0; key < 100; key += 1) states.fill(key, FIRST, key + 1)
    await snapshotOf(states.backend, { checkpointId: 1, baseCheckpointId: undefined })
    states.fill(1, SECOND, 2)
    states.at(2, FIRST).value.clear()
    await snapshotOf(states.backend, { checkpointId: 2, baseCheckpointId: 1 })
    states.at(1, SECOND).value.clear()
    states.fill(2, FIRST, 22)
    const handles = await snapshotOf(states.backend, { checkpointId: 3, baseCheckpointId: 2 })
    const then = new SpanStates(await restored(kind, [handles]))
    for (const [key, span] of [
      [1, FIRST],
      [1, SECOND],
      [2, FIRST],
      [3, FIRST],
    ] as const) {
      assert.deepEqual(then.contents(key, span), states.contents(key, span))
    }
    assert.equal(then.backend.numberOfEntries(), states.backend.numberOfEntries())
  })
}

function describeMerging(kind: BackendUnderTest): void {
  it('are merged: what the sources hold comes after what the target holds, and they are empty then', async () => {
    const states = new SpanStates(await backendOf(kind))
    for (const [span, n] of [
      [FIRST, 1],
      [SECOND, 2],
      [THIRD, 3],
    ] as const)
      states.fill('a', span, n)
    states.fill('b', SECOND, 9)
    states.at('a', SECOND)
    for (const state of [states.list, states.reducing, states.aggregating]) {
      state.mergeNamespaces(new Span(0, 10), [new Span(10, 20), new Span(20, 30)])
    }
    // The target is the current namespace now.
    assert.deepEqual([...states.list.get()], [1, 'x', 2, 'x', 3, 'x'])
    assert.equal(states.reducing.get(), '123')
    assert.equal(states.aggregating.get(), 123)
    for (const span of [SECOND, THIRD]) {
      const [, list, , reducing, aggregating] = states.contents('a', span) as unknown[]
      assert.deepEqual([list, reducing, aggregating], [[], null, null])
    }
    assert.deepEqual(states.contents('b', SECOND), filled(9))
    const then = new SpanStates(await restored(kind, [await snapshotOf(states.backend)]))
    assert.deepEqual(then.contents('a', FIRST), states.contents('a', FIRST))
  })

  it('are merged into an empty target, from empty sources, and from a source that is the target', async () => {
    const states = new SpanStates(await backendOf(kind))
    states.fill('a', SECOND, 2)
    for (const state of [states.list, states.reducing, states.aggregating]) {
      state.mergeNamespaces(FIRST, [THIRD, SECOND])
      state.mergeNamespaces(FIRST, [THIRD])
      state.mergeNamespaces(FIRST, [FIRST, SECOND])
      state.mergeNamespaces(THIRD, [])
    }
    states.at('a', FIRST)
    assert.deepEqual([...states.list.get()], [2, 'x'])
    assert.equal(states.reducing.get(), '2')
    assert.equal(states.aggregating.get(), 2)
    states.at('a', THIRD)
    assert.deepEqual([...states.list.get()], [])
    assert.equal(states.reducing.get(), null)
  })

  it('refuse an asynchronous merge', async () => {
    const backend = await backendOf(kind)
    const asynchronous = new AggregatingStateDescriptor<number, unknown, unknown>('async', {
      createAccumulator: () => 0,
      add: (value) => value,
      getResult: (accumulator) => accumulator,
      merge: (a) => Promise.resolve(a),
    })
    const state = backend.getOrCreateKeyedState(asynchronous, SPANS) as unknown as SpanStates['aggregating']
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    for (const span of [FIRST, SECOND]) {
      state.setCurrentNamespace(span)
      state.add(1)
    }
    assert.throws(
      () => {
        state.mergeNamespaces(FIRST, [SECOND])
      },
      (error) => FlinkError.is(error, 'ASYNC_NOT_ALLOWED'),
    )
  })
}

function describeKeys(kind: BackendUnderTest): void {
  it('are those with an entry in the namespace', async () => {
    const states = new SpanStates(await backendOf(kind))
    const plain = new AllStates(states.backend)
    const keys = ['a', 7, [1, 'x']]
    for (const key of keys) states.at(key, FIRST).value.update(1)
    states.at('b', SECOND).value.update(1)
    states.at('c', FIRST).value.update(1)
    states.value.clear()
    plain.at('p').map.putAll([
      [1, 1],
      [2, 2],
    ])
    const sorted = (found: Iterable<unknown>): string[] => [...found].map((key) => JSON.stringify(key)).sort()
    assert.deepEqual(sorted(states.backend.getKeys('v', new Span(0, 10))), sorted(keys))
    assert.deepEqual(sorted(states.backend.getKeys('v', SECOND)), ['"b"'])
    assert.deepEqual(sorted(states.backend.getKeys('v', THIRD)), [])
    assert.deepEqual(sorted(states.backend.getKeys('map', undefined)), ['"p"'])
    const then = new SpanStates(await restored(kind, [await snapshotOf(states.backend)]))
    assert.deepEqual(sorted(then.backend.getKeys('v', FIRST)), sorted(keys))
  })

  it('are each the current one once, whatever is done with state meanwhile, and then the one before is', async () => {
    const states = new SpanStates(await backendOf(kind))
    for (let key = 0; key < 100; key += 1) states.fill(key, FIRST, key + 1)
    states.at('current', SECOND)
    const seen = new Set<unknown>()
    states.backend.applyToAllKeys('v', FIRST, (key, state) => {
      assert.equal(states.backend.currentKey(), key)
      assert.ok(!seen.has(key))
      seen.add(key)
      assert.deepEqual((state as typeof states.value).value(), { n: (key as number) + 1 })
      if ((key as number) % 2 === 0) state.clear()
      else states.list.add('seen')
      states.backend.setCurrentKey(`new ${String(key)}`, hashKey(`new ${String(key)}`, 'auto'))
      states.value.update('new')
    })
    assert.equal(seen.size, 100)
    assert.equal(states.backend.currentKey(), 'current')
    assert.equal(states.at(4, FIRST).value.value(), null)
    assert.deepEqual(states.at(5, FIRST).value.value(), { n: 6 })
    assert.deepEqual([...states.at(5, SECOND).list.get()], ['seen'])
    assert.equal(states.at('new 5', FIRST).value.value(), 'new')
    states.backend.clearCurrentKey()
    states.backend.applyToAllKeys('v', THIRD, () => assert.fail())
    assert.throws(() => states.value.value(), { code: 'STATE_ACCESS_WITHOUT_KEY' })
  })

  it('of a state that was not asked for are not there', async () => {
    const backend = await backendOf(kind)
    assert.throws(() => [...backend.getKeys('none', undefined)], { code: 'ASSERTION_FAILED' })
  })
}
