import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import type { StateDescriptor } from '../../../src/api/state/state-descriptor.js'
import { StateTtlConfig } from '../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import type { StandardSchemaV1 } from '../../../src/api/types/standard-schema.js'
import { Types } from '../../../src/api/types/types-table.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { Span, SPANS } from './spans.js'
import { AllStates, backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'

type WindowedValue = ValueState<unknown> & InternalState<Span>

/** What every backend promises of each kind of state beside its snapshots. */
const ANYTHING: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }

export function stateKindsContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, a state that is cleared`, () => {
    describeClear(kind)
  })
  describe(`${kind.name}, a state`, () => {
    describeRequests(kind)
    describeContents(kind)
  })
  describe(`${kind.name}, much in one place`, () => {
    describeMuch(kind)
  })
}

function windowedOf(backend: KeyedStateBackend): WindowedValue {
  return backend.getOrCreateKeyedState(new ValueStateDescriptor('windowed'), SPANS) as WindowedValue
}

function describeClear(kind: BackendUnderTest): void {
  it('is no entry any more, whichever way it was emptied, nor anything in a snapshot', async () => {
    const backend = await backendOf(kind)
    const states = new AllStates(backend)
    const windowed = windowedOf(backend)
    const timers = backend.getOrCreatePriorityQueue('timers', SPANS)
    for (const key of ['a', 7, [1, 'x']]) {
      const { value, list, map, reducing, aggregating } = states.at(key)
      windowed.setCurrentNamespace(new Span(0, 5))
      for (const empty of [
        () => {
          for (const state of [value, list, map, reducing, aggregating, windowed]) state.clear()
        },
        () => {
          for (const user of [...map.keys()]) map.remove(user)
          for (const state of [reducing, aggregating, windowed]) state.clear()
          value.update(null)
          list.update([])
        },
      ]) {
        for (const state of [value, windowed]) state.update({ n: 1 })
        list.add(1)
        map.putAll([
          [[1, 'x'], 1],
          ['k', 2],
        ])
        reducing.add(1)
        aggregating.add(1)
        timers.add(new Span(0, 5), 5)
        assert.equal(backend.numberOfEntries() >= 7, true)
        empty()
        timers.remove(new Span(0, 5), 5)
        assert.equal(backend.numberOfEntries(), 0)
      }
    }
    assert.deepEqual(await snapshotOf(backend), [])
  })

  if (!kind.keepsObjects) return
  it('keeps neither its objects nor its key in memory', async () => {
    const states = new AllStates(await backendOf(kind))
    const left = weaklyHeld(states)
    states.at('another').value.update(1)
    states.backend.clearCurrentKey()
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    // What a WeakRef was made of lives to the end of its turn.
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    assert.deepEqual(
      left.filter(([, reference]) => reference.deref() !== undefined).map(([what]) => what),
      [],
    )
  })
}

/** What was put into cleared state. */
function weaklyHeld(states: AllStates): [string, WeakRef<object>][] {
  const references: [string, WeakRef<object>][] = []
  const made = (what: string): object => {
    const object = { what }
    references.push([what, new WeakRef(object)])
    return object
  }
  for (let key = 0; key < 100; key += 1) {
    const { value, list, map } = states.at(`key ${String(key)}`)
    value.update(made('value'))
    list.addAll([made('element'), made('element')])
    for (let user = 0; user < 20; user += 1) map.put(user, made('value of a map'))
    for (let user = 0; user < 10; user += 1) map.remove(user)
    for (const state of [value, list, map]) state.clear()
  }
  return references
}

function describeRequests(kind: BackendUnderTest): void {
  it('that is used without a key is told with its operator', async () => {
    const { value } = new AllStates(await backendOf(kind))
    const message = /^State 'value' of Count was used where there is no current key/
    assert.throws(() => value.value(), { code: 'STATE_ACCESS_WITHOUT_KEY', message })
  })

  it('is refused under the name of one of another type, or of none, and stays what it was', async () => {
    const { backend } = new AllStates(await backendOf(kind))
    const asked = (descriptor: StateDescriptor<unknown>) => () => backend.getOrCreateKeyedState(descriptor)
    const first = asked(new ValueStateDescriptor<number>('v', Types.LONG))()
    asked(new MapStateDescriptor<string, number>('m', Types.STRING, Types.LONG))()
    for (const [descriptor, message] of [
      [
        new ValueStateDescriptor('v', Types.STRING),
        /^State 'v' of Count was .* value state of LONG and .* of STRING\./,
      ],
      [new ValueStateDescriptor('v'), /as value state of no declared type\./],
      [new MapStateDescriptor('m', Types.LONG, Types.LONG), /as map state of STRING => LONG and .* of LONG => LONG\./],
      [new ListStateDescriptor('v', Types.LONG), /as value state and is asked for as list state\./],
    ] as const) {
      assert.throws(asked(descriptor), { code: 'STATE_NAME_CONFLICT', message })
    }
    assert.equal(asked(new ValueStateDescriptor<number>('v', Types.LONG))(), first)
  })

  it('is neither there nor made once the backend was disposed of', async () => {
    const states = new AllStates(await backendOf(kind))
    states.at('a').value.update(1)
    await states.backend.dispose()
    assert.throws(() => states.value.value(), { code: 'STATE_ACCESS_WITHOUT_KEY' })
    const message = /^Count asked for state '(value|new)' after it was closed/
    for (const name of ['value', 'new']) {
      const ask = (): unknown => states.backend.getOrCreateKeyedState(new ValueStateDescriptor(name))
      assert.throws(ask, { code: 'STATE_ASKED_AFTER_CLOSE', message })
    }
    await states.backend.dispose()
  })
}

function describeContents(kind: BackendUnderTest): void {
  it('holds null within a list or map, and not as the value', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    states.list.addAll([null, 1])
    states.map.put('k', null)
    states.value.update(null)
    const then = new AllStates(await restored(kind, [await snapshotOf(states.backend)]))
    for (const { list, map, value } of [states.at('a'), then.at('a')]) {
      assert.deepEqual([...list.get()], [null, 1])
      assert.deepEqual([map.contains('k'), map.get('k'), map.isEmpty()], [true, null, false])
      assert.equal(value.value(), null)
    }
  })

  it('of a map refuses what is none, whole, and stays as it was, with a time to live and a schema as well', async () => {
    const backend = await backendOf(kind)
    const expiring = new MapStateDescriptor('map with a time to live')
    expiring.enableTimeToLive(StateTtlConfig.newBuilder(1000).build())
    const validated = new MapStateDescriptor('map with a schema').withSchema(1, { validate: ANYTHING })
    const { map } = new AllStates(backend).at('a')
    const others = [expiring, validated].map(
      (each) => backend.getOrCreateKeyedState(each) as MapState<unknown, unknown>,
    )
    const pairs = [['new', 2], ['no pair']]
    for (const state of [map, ...others]) {
      state.put('kept', 1)
      for (const given of [null, undefined, 'ab', 7, { new: 2 }, ['ab'], pairs, new Set(['ab'])] as unknown[]) {
        assert.throws(
          () => {
            state.putAll(given as never)
          },
          (error) => {
            assert.ok(FlinkError.is(error, 'STATE_ENTRIES_INVALID'), String(error))
            assert.match(error.message, /^State 'map.*' of .*: putAll was given /)
            return true
          },
        )
      }
      assert.deepEqual([...state.entries()], [['kept', 1]])
    }
  })

  it('of a map may lose what is walked over', async () => {
    const { map } = new AllStates(await backendOf(kind)).at('a')
    for (let user = 0; user < 50; user += 1) map.put(user, user)
    const seen: unknown[] = []
    for (const [user] of map.entries()) {
      seen.push(user)
      map.remove(user)
    }
    assert.deepEqual(new Set(seen), new Set(Array.from({ length: 50 }, (_, user) => user)))
    assert.equal(map.isEmpty(), true)
  })

  it('of aggregates begins anew after it was cleared', async () => {
    const { aggregating, reducing } = new AllStates(await backendOf(kind)).at('a')
    for (const round of [1, 2]) {
      for (const state of [aggregating, reducing]) state.add(round)
      assert.deepEqual([aggregating.get(), reducing.get()], [round * 1000 + 1, round])
      for (const state of [aggregating, reducing]) state.clear()
    }
  })
}

function describeMuch(kind: BackendUnderTest): void {
  it('values of megabytes, a long list and a large map come back whole', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    const text = 'äbc'.repeat(1_000_000)
    const bytes = new Uint8Array(3_000_000).map((_, index) => index)
    const count = kind.isSlow === true ? 2_000 : 50_000
    const elements = Array.from({ length: count }, (_, index) => [index, `element ${String(index)}`])
    states.value.update({ text, bytes })
    states.list.update(elements)
    for (let user = 0; user < count; user += 1) states.map.put(`user ${String(user)}`, user)
    const then = new AllStates(await restored(kind, [await snapshotOf(states.backend)]))
    for (const { value, list, map } of [states.at('a'), then.at('a')]) {
      const found = value.value() as { text: string; bytes: Uint8Array }
      assert.equal(found.text === text && Buffer.compare(found.bytes, bytes) === 0, true)
      assert.deepEqual([...list.get()], elements)
      assert.equal([...map.keys()].length, count)
      assert.equal(map.get(`user ${String(count - 1)}`), count - 1)
    }
  })

  const count = kind.isSlow === true ? 5_000 : 100_000
  it(`${String(count)} namespaces of a few keys are each found, restored and cleared`, async () => {
    const backend = await backendOf(kind)
    const fresh = windowedOf(backend)
    const at = (target: KeyedStateBackend, state: WindowedValue, index: number): void => {
      const key = `key ${String(index % 3)}`
      target.setCurrentKey(key, hashKey(key, 'auto'))
      state.setCurrentNamespace(new Span(index, index + 10))
    }
    for (let index = 0; index < count; index += 1) {
      at(backend, fresh, index)
      fresh.update(index)
    }
    assert.equal(backend.numberOfEntries(), count)
    const then = await restored(kind, [await snapshotOf(backend)])
    for (const [target, state] of [
      [backend, fresh],
      [then, windowedOf(then)],
    ] as const) {
      assert.deepEqual([...target.getKeys('windowed', new Span(7, 17))], ['key 1'])
      for (let index = 0; index < count; index += 1) {
        at(target, state, index)
        assert.equal(state.value(), index)
        state.clear()
      }
      assert.equal(target.numberOfEntries(), 0)
    }
  })
}
