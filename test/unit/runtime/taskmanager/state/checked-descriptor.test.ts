import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../../../src/api/state/list-state-descriptor.js'
import type { MapStateDescriptor } from '../../../../../src/api/state/map-state-descriptor.js'
import { ValueStateDescriptor } from '../../../../../src/api/state/value-state-descriptor.js'
import { DefaultKeyedStateStore } from '../../../../../src/runtime/taskmanager/operators/default-keyed-state-store.js'
import { OperatorStateBackend } from '../../../../../src/runtime/taskmanager/state/operator-state-backend.js'

const keyed = new DefaultKeyedStateStore('Count', undefined)
const ofOperator = new OperatorStateBackend('Count')
const list = new ListStateDescriptor('seen') as never

const REQUESTS: readonly (readonly [method: string, expected: string, ask: (descriptor: never) => unknown])[] = [
  ['getState', 'ValueStateDescriptor', (descriptor) => keyed.getState(descriptor)],
  ['getMapState', 'MapStateDescriptor', (descriptor) => keyed.getMapState(descriptor)],
  ['getReducingState', 'ReducingStateDescriptor', (descriptor) => keyed.getReducingState(descriptor)],
  ['getAggregatingState', 'AggregatingStateDescriptor', (descriptor) => keyed.getAggregatingState(descriptor)],
  [
    'getBroadcastState',
    'MapStateDescriptor',
    (descriptor: MapStateDescriptor<never, never>) => ofOperator.getBroadcastState(descriptor),
  ],
]

describe('A request for state', () => {
  for (const [method, expected, ask] of REQUESTS) {
    it(`${method} without a descriptor, or with one of another kind, fails for good and says what it takes`, () => {
      for (const [given, words] of [
        ['count', "'count'"],
        [undefined, 'undefined'],
        [{ kind: 'constructor' }, "{ kind: 'constructor' }"],
        [list, "a ListStateDescriptor ('seen')"],
      ] as const) {
        assert.throws(() => ask(given as never), {
          code: 'STATE_DESCRIPTOR_INVALID',
          recovery: 'fail',
          message: `Count asked for state with ${words}, where a descriptor belongs: new ${expected}(name, ...).`,
        })
      }
    })
  }

  it('for a list takes no descriptor of a value', () => {
    const value = new ValueStateDescriptor('seen') as never
    for (const ask of [
      () => keyed.getListState(value),
      () => ofOperator.getListState(value),
      () => ofOperator.getUnionListState(value),
    ]) {
      assert.throws(ask, { code: 'STATE_DESCRIPTOR_INVALID', message: /new ListStateDescriptor\(/ })
    }
  })
})
