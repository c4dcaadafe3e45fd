import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import type { ReducingState } from '../../../src/api/state/merging-state.js'
import type { StateDescriptor } from '../../../src/api/state/state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import { Types } from '../../../src/api/types/types-table.js'
import { queriedState } from '../../../src/client/queried-state.js'
import { valueReaderOf } from '../../../src/client/queried-values.js'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { registeredClass, RegisteredTypes } from '../../../src/core/types/registered-types.js'
import { keyedValueSerializer, metadataOf } from '../../../src/runtime/taskmanager/state/state-registration.js'
import { UserMap } from '../../../src/runtime/taskmanager/state/user-map.js'

class Point {
  x = 1
  readonly y = 2
}
const CLASSES = new RegisteredTypes([registeredClass(Point)])

/** What a client makes of what a job has written by its descriptor. */
function asked(written: StateDescriptor<unknown>, value: unknown, descriptor?: StateDescriptor<unknown>): unknown {
  const output = new DataOutputView()
  keyedValueSerializer(written, 'Count', CLASSES).serialize(value, output)
  const read = valueReaderOf(metadataOf(written), descriptor, 'name')
  return read(new DataInputView(output.toBytes()))
}

function mapOf(...entries: readonly (readonly [unknown, unknown])[]): UserMap {
  const map = new UserMap({ kind: 'auto', place: 'test', copy: (key) => key })
  for (const [key, value] of entries) map.set(key, value)
  return map
}

describe('The bytes of a state that a client was given', () => {
  it('are read by the descriptor, or by what the job says of the type', () => {
    const value = new ValueStateDescriptor<unknown>('s', Types.TUPLE(Types.LONG, Types.STRING))
    const list = new ListStateDescriptor<unknown>('s')
    const map = new MapStateDescriptor<unknown, unknown>('s', Types.STRING, Types.LONG)
    for (const given of [false, true]) {
      assert.deepEqual(asked(value, [1, 'a'], given ? value : undefined), [1, 'a'])
      assert.deepEqual(asked(list, [1, { b: 2n }], given ? list : undefined), [1, { b: 2n }])
      assert.deepEqual(asked(map, mapOf(['a', 1]), given ? map : undefined), new Map([['a', 1]]))
    }
    assert.deepEqual(asked(value, [1, 'a'], new ValueStateDescriptor('s')), [1, 'a'])
  })

  it('hold instances of classes that the client has not as plain objects', () => {
    assert.deepEqual(asked(new ValueStateDescriptor<unknown>('s'), { at: new Point() }), { at: { x: 1, y: 2 } })
    const declared = Types.POJO(Point, { x: Types.LONG, y: Types.LONG })
    assert.deepEqual(asked(new ValueStateDescriptor<unknown>('s', declared), new Point()), { x: 1, y: 2 })
    const descriptor = new ValueStateDescriptor('s', declared)
    assert.ok(asked(descriptor, new Point(), descriptor) instanceof Point)
  })

  it('are refused with a descriptor of another kind or type, and where only the program can read them', () => {
    const long = new ValueStateDescriptor<unknown>('s', Types.LONG)
    const code = 'STATE_QUERY_INVALID'
    assert.throws(() => asked(long, 1, new ListStateDescriptor('s', Types.LONG)), {
      code,
      message: /it is value state, and the descriptor is one of list state/,
    })
    assert.throws(() => asked(long, 1, new ValueStateDescriptor('s', Types.STRING)), {
      code,
      message: /it is written as LONG, and the descriptor says STRING/,
    })
    const metadata = { ...metadataOf(long), typeFingerprint: 'OF_THE_USERS_OWN' }
    assert.throws(() => valueReaderOf(metadata, undefined, 'name'), {
      code,
      message: /which only the job's program can read/,
    })
  })
})

describe('A state that a client was given', () => {
  const origin = { source: 'checkpoint', checkpointId: 7, timestamp: 8 } as const
  const stateOf = (kind: string, value: unknown, descriptor?: StateDescriptor<unknown>): object =>
    queriedState({ name: 'name', kind, value, origin }, descriptor)

  it('is of its kind, says where it comes from, and cannot be changed', () => {
    const list = stateOf('list', [1, 2]) as ListState<number>
    assert.deepEqual([...list.get()], [1, 2])
    const map = stateOf('map', new Map([[['a', 1], 5]])) as MapState<unknown, number>
    assert.deepEqual(
      [map.get(['a', 1]), map.get(['a', 2]), map.contains(['a', 1]), map.isEmpty()],
      [5, null, true, false],
    )
    assert.deepEqual([[...map.keys()], [...map.values()], [...map.entries()]], [[['a', 1]], [5], [[['a', 1], 5]]])
    const average = new AggregatingStateDescriptor<number, [number, number], number>('s', {
      createAccumulator: () => [0, 0],
      add: (value, [sum, count]) => [sum + value, count + 1],
      getResult: ([sum, count]) => sum / count,
      merge: (a) => a,
    })
    assert.equal((stateOf('aggregating', [6, 2], average) as ReducingState<number>).get(), 3)
    assert.deepEqual((stateOf('aggregating', [6, 2]) as ReducingState<unknown>).get(), [6, 2])
    const calls = { value: ['update', 'clear'], list: ['add', 'addAll', 'update', 'clear'], reducing: ['add', 'clear'] }
    for (const [kind, methods] of Object.entries({ ...calls, map: ['put', 'putAll', 'remove', 'clear'] })) {
      const state = stateOf(kind, kind === 'map' ? new Map() : [])
      assert.deepEqual({ ...state }, origin)
      for (const method of methods) {
        const call = Reflect.get(state, method) as (this: object) => void
        const message = new RegExp(`^${method} of the queried state 'name': `)
        assert.throws(
          () => {
            call.call(state)
          },
          { code: 'QUERIED_STATE_READ_ONLY', message },
        )
      }
    }
  })
})
