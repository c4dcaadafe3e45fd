import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import type { AggregatingState, ReducingState } from '../../../src/api/state/merging-state.js'
import { ReducingStateDescriptor } from '../../../src/api/state/reducing-state-descriptor.js'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { hashKey, type KeyKind } from '../../../src/core/keygroups/canonical-key.js'
import { AllStates, backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'
import { freeSlices, MemoryStreams, SteppedSlices } from './state-backend-streams.js'

class Money {
  readonly cents = 5
}

function isCode(code: ErrorCode, pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, pattern)
    return true
  }
}

/** What backends promise of keys that change and of values that cannot be stored. */
export function stateSafetyContract(kind: BackendUnderTest): void {
  const { name } = kind
  describe(`${name}, the keys of its entries`, () => {
    describeNewKeys(kind)
    describeOwnKeys(kind)
    describeKeyShapes(kind)
  })
  describe(`${name}, functions that combine values`, () => {
    describeCombining(kind)
  })
  describe(`${name}, a value that cannot be stored`, () => {
    if (kind.keepsObjects) describeUnstorable(kind)
    else describeRefused(kind)
  })
}

function describeCombining(kind: BackendUnderTest): void {
  const cases = [
    ['RESULT_MISSING', /returned undefined/, () => undefined],
    ['ASYNC_NOT_ALLOWED', /returned a Promise/, () => Promise.resolve(1)],
  ] as const
  for (const [code, message, gives] of cases) {
    it(`keeps what was there where they give ${code === 'RESULT_MISSING' ? 'nothing' : 'a promise'}`, async () => {
      const states = new AllStates(await backendOf(kind))
      states.at('k')
      const reducing = states.backend.getOrCreateKeyedState(
        new ReducingStateDescriptor('max', gives as unknown as () => number),
      ) as ReducingState<number>
      reducing.add(1)
      assert.throws(
        () => {
          reducing.add(2)
        },
        isCode(code, message),
      )
      assert.equal(reducing.get(), 1)
      const aggregate = {
        createAccumulator: () => 0,
        add: gives as unknown as () => number,
        getResult: (sum: number) => sum,
        merge: gives as unknown as () => number,
      }
      const aggregating = states.backend.getOrCreateKeyedState(
        new AggregatingStateDescriptor('sum', aggregate),
      ) as AggregatingState<number, number>
      assert.throws(
        () => {
          aggregating.add(2)
        },
        isCode(code, /^Count: add of state 'sum' returned/),
      )
      assert.equal(aggregating.get(), null)
    })
  }
}

function describeNewKeys(kind: BackendUnderTest): void {
  it('refuses a key that is not the one by which the record was sent, whatever is done with the state', async () => {
    const states = new AllStates(await backendOf(kind))
    states.at('sent').value.update(1)
    const accesses: readonly (() => unknown)[] = [
      () => states.value.value(),
      () => {
        states.value.update(2)
      },
      () => states.list.get(),
      () => {
        states.map.put(1, 1)
      },
      () => {
        states.reducing.add(1)
      },
    ]
    for (const key of ['chosen', 7, null, undefined, ['sent'], Symbol('s'), () => 1, {}]) {
      states.backend.setCurrentKey(key, hashKey('sent', 'auto'))
      for (const access of accesses) {
        assert.throws(access, isCode('KEY_NOT_DETERMINISTIC', /^Count: its key selector gave .* sent by another key/))
      }
    }
    assert.equal(states.backend.numberOfEntries(), 1)
    assert.equal(states.at('sent').value.value(), 1)
  })

  it('asks again where an entry was removed within its record', async () => {
    const states = new AllStates(await backendOf(kind)).at(['a', 1])
    states.value.update(1)
    states.value.clear()
    states.value.update(2)
    assert.equal(states.at(['a', 1]).value.value(), 2)
  })
}

function describeOwnKeys(kind: BackendUnderTest): void {
  const cases: readonly (readonly [string, KeyKind, () => unknown, (key: never) => void])[] = [
    ['a tuple', 'auto', () => ['a', [1]], (key: [string, number[]]) => (key[0] = 'changed') && (key[1][0] = 2)],
    ['a date', 'auto', () => new Date(5), (key: Date) => key.setTime(6)],
    ['a record', { record: [['id', 'auto']] }, () => ({ id: 1 }), (key: { id: number }) => (key.id = 2)],
  ]
  for (const [what, keyKind, make, change] of cases) {
    it(`are its own: ${what} that the program changes afterwards is stored as it was`, async () => {
      const states = new AllStates(await backendOf(kind, { keyKind }))
      const key = make()
      states.backend.setCurrentKey(key, hashKey(key, keyKind))
      states.value.update(1)
      change(key as never)
      const again = make()
      states.backend.setCurrentKey(again, hashKey(again, keyKind))
      assert.equal(states.value.value(), 1)
      const then = new AllStates(await restored(kind, [await snapshotOf(states.backend)], { keyKind }))
      then.backend.setCurrentKey(again, hashKey(again, keyKind))
      assert.equal(then.value.value(), 1)
    })
  }

  it('are its own in a MapState, too', async () => {
    const states = new AllStates(await backendOf(kind)).at('a')
    const key = [1, 'x']
    states.map.put(key, 'value')
    key[0] = 2
    assert.deepEqual([...states.map.keys()], [[1, 'x']])
    const then = new AllStates(await restored(kind, [await snapshotOf(states.backend)])).at('a')
    assert.equal(then.map.get([1, 'x']), 'value')
  })

  it('names the state whose map is given what can be no key', async () => {
    const backend = await backendOf(kind)
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    const map = backend.getOrCreateKeyedState(new MapStateDescriptor('prices')) as MapState<unknown, unknown>
    for (const [key, reason] of [
      [undefined, /it is undefined/],
      [() => 1, /it is a function/],
      [new Money(), /it is an object/],
    ] as const) {
      const refused = isCode('KEY_INVALID', /^State 'prices' of Count: the key cannot be used/)
      assert.throws(() => {
        map.put(key, 1)
      }, refused)
      for (const use of [() => map.get(key), () => map.contains(key), () => map.remove(key)])
        assert.throws(use, isCode('KEY_INVALID', reason))
      assert.deepEqual([map.isEmpty(), backend.numberOfEntries()], [true, 0], 'no map was made')
    }
  })
}

function describeKeyShapes(kind: BackendUnderTest): void {
  it('are told by their shapes with each handle, also of state that nobody asks for', async () => {
    const states = new AllStates(await backendOf(kind))
    const shapesOf = async (backend: AllStates['backend']): Promise<unknown> =>
      (await snapshotOf(backend)).map(({ keyShapes }) => keyShapes)
    for (const key of [1, 2, 'a', [1, 'x'], [2, null], new Date(1)]) states.at(key).value.update(1)
    const expected = [['[number, null]', '[number, string]', 'date', 'number', 'string']]
    assert.deepEqual(await shapesOf(states.backend), expected)
    assert.deepEqual(await shapesOf(await restored(kind, [await snapshotOf(states.backend)])), expected)
    for (const key of [1, 2, [1, 'x'], [2, null], new Date(1)]) states.at(key).value.clear()
    assert.deepEqual(await shapesOf(states.backend), [['string']])
    for (let length = 0; length < 20; length += 1) states.at(new Array<number>(length).fill(1)).value.update(1)
    assert.deepEqual(await shapesOf(states.backend), [['any']])
  })

  it('are refused where they are of another shape than those that are expected, and only when they are new', async () => {
    const states = new AllStates(await backendOf(kind))
    for (const key of [1, [1, 'x']]) states.at(key).value.update(1)
    const next = new AllStates(await restored(kind, [await snapshotOf(states.backend)]))
    next.backend.expectKeys(['[number, string]', 'number'])
    for (const key of [1, 2, [1, 'x'], [7, null]]) next.at(key).value.update(2)
    for (const [key, shape] of [
      ['1', `string \\('1'\\)`],
      [['x', 1], '\\[string, number\\]'],
      [[1], '\\[number\\]'],
      [1n, 'bigint'],
    ] as const) {
      const text = `^State 'value' of Count cannot be restored: .*\\[number, string\\] or number, and now .* ${shape}`
      assert.throws(() => next.at(key).value.value(), isCode('STATE_TYPE_INCOMPATIBLE', new RegExp(text)))
    }
  })
}

function describeRefused(kind: BackendUnderTest): void {
  it('is refused by the update, with its place, and what was there before stays', async () => {
    const states = new AllStates(await backendOf(kind)).at('bad')
    states.value.update(1)
    states.list.add(1)
    const refusals: readonly (readonly [() => void, RegExp])[] = [
      [
        () => {
          states.value.update({ a: [1, { b: new Money() }] })
        },
        /^State 'value' of Count .* a\[1\]\.b \(under the key 'bad'\) is an instance of Money/,
      ],
      [
        () => {
          states.list.add({ deep: new Money() })
        },
        /: \[1\]\.deep \(under the key 'bad'\)/,
      ],
      [
        () => {
          states.map.put('m', new Money())
        },
        /: get\('m'\) \(under the key 'bad'\)/,
      ],
    ]
    for (const [update, pattern] of refusals) assert.throws(update, isCode('STATE_NOT_SERIALIZABLE', pattern))
    const then = new AllStates(await restored(kind, [await snapshotOf(states.backend)]))
    for (const each of [states, then]) {
      const expected = { value: 1, list: [1], map: new Map(), reducing: null, aggregating: null }
      assert.deepEqual(each.contents('bad'), expected)
    }
  })
}

function describeUnstorable(kind: BackendUnderTest): void {
  const values: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['an instance of a class', () => new Money(), /the value \(under the key 'bad'\) is an instance of Money/],
    ['one deep inside', () => ({ a: [1, { b: new Money() }] }), /a\[1\]\.b \(under the key 'bad'\) is an instance of/],
    ['a function', () => [() => 1], /\[0\] \(under the key 'bad'\) is a function/],
    [
      'a getter that throws',
      () => ({
        get price(): number {
          throw new Error('no price')
        },
      }),
      /one whose parts cannot be read \(Error: no price\)/,
    ],
    ['a proxy that is revoked', () => revoked(), /one whose parts cannot be read \(TypeError/],
  ]
  for (const [what, make, pattern] of values) {
    it(`fails the snapshot and not the record that reads it: ${what}`, async () => {
      const states = new AllStates(await backendOf(kind))
      const bad = make()
      states.at('bad').value.update(bad)
      states.at('good').value.update({ n: 1 })
      const streams = new MemoryStreams()
      const snapshot = states.backend.snapshot()
      assert.equal(states.at('bad').value.value(), bad)
      states.value.update(bad)
      assert.deepEqual(states.at('good').value.value(), { n: 1 })
      await assert.rejects(snapshot.write(streams, freeSlices()), (error) => {
        isCode('STATE_NOT_SERIALIZABLE', /^State 'value' of Count holds a value that cannot be stored/)(error)
        return isCode('STATE_NOT_SERIALIZABLE', pattern)(error)
      })
      snapshot.release()
      assert.equal(streams.aborted, streams.opened)
      states.at('bad').value.update({ n: 2 })
      const then = new AllStates(await restored(kind, [await snapshotOf(states.backend)]))
      assert.deepEqual(then.at('bad').value.value(), { n: 2 })
      assert.deepEqual(then.at('good').value.value(), { n: 1 })
    })
  }

  it('is told with its place in a list or map', async () => {
    const states = new AllStates(await backendOf(kind)).at('k')
    states.list.addAll([1, { deep: new Money() }])
    await assert.rejects(
      snapshotOf(states.backend),
      isCode('STATE_NOT_SERIALIZABLE', /: \[1\]\.deep \(under the key 'k'\)/),
    )
    states.list.clear()
    states.map.put('m', new Money())
    await assert.rejects(
      snapshotOf(states.backend),
      isCode('STATE_NOT_SERIALIZABLE', /: get\('m'\) \(under the key 'k'\)/),
    )
  })

  it('ends a snapshot in the middle of its writing, and no other one', async () => {
    const states = new AllStates(await backendOf(kind))
    for (let key = 0; key < 10; key += 1) states.at(key).value.update({ n: key })
    const first = states.backend.snapshot()
    for (let key = 0; key < 10; key += 1) states.at(key).value.update(key === 9 ? new Money() : { n: -key })
    const stepped = new SteppedSlices()
    const second = states.backend.snapshot()
    const written = second.write(new MemoryStreams(), stepped.slices)
    const failed = assert.rejects(written, isCode('STATE_NOT_SERIALIZABLE', /under the key 9/))
    await stepped.advance()
    for (let key = 0; key < 10; key += 1) states.at(key).value.value()
    await stepped.finish(failed)
    second.release()
    const then = new AllStates(await restored(kind, [await first.write(new MemoryStreams(), freeSlices())]))
    first.release()
    for (let key = 0; key < 10; key += 1) assert.deepEqual(then.at(key).value.value(), { n: key })
  })

  it('does no harm to the chain of incremental checkpoints', async () => {
    const states = new AllStates(await backendOf(kind))
    for (let key = 0; key < 20; key += 1) states.at(key).value.update({ n: key })
    await snapshotOf(states.backend, { checkpointId: 1, baseCheckpointId: undefined })
    states.at(3).value.update(new Money())
    states.at(4).value.clear()
    const failed = states.backend.snapshot({ checkpointId: 2, baseCheckpointId: 1 })
    states.at(3).value.value()
    await assert.rejects(failed.write(new MemoryStreams(), freeSlices()), isCode('STATE_NOT_SERIALIZABLE', /key 3/))
    failed.release()
    states.at(3).value.update({ n: 33 })
    const handles = await snapshotOf(states.backend, { checkpointId: 3, baseCheckpointId: 1 })
    assert.deepEqual(
      handles.map(({ isDelta }) => isDelta),
      kind.sharesFiles === true ? [false] : [false, true],
    )
    const then = new AllStates(await restored(kind, [handles]))
    for (let key = 0; key < 20; key += 1) {
      const expected = key === 4 ? null : { n: key === 3 ? 33 : key }
      assert.deepEqual(then.at(key).value.value(), expected)
    }
  })
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
