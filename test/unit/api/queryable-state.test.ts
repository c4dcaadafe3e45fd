import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { AggregatingStateDescriptor } from '../../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import { QueryableStateDescriptor } from '../../../src/api/state/queryable-state-descriptor.js'
import { ReducingStateDescriptor } from '../../../src/api/state/reducing-state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import { OperatorStateBackend } from '../../../src/runtime/taskmanager/state/operator-state-backend.js'

const SUM = {
  createAccumulator: () => 0,
  add: (a: number, b: number) => a + b,
  getResult: (a: number) => a,
  merge: (a: number, b: number) => a + b,
}

describe('A descriptor of state', () => {
  for (const descriptor of [
    new ValueStateDescriptor('s'),
    new ListStateDescriptor('s'),
    new MapStateDescriptor('s'),
    new ReducingStateDescriptor<number>('s', (a, b) => a + b),
    new AggregatingStateDescriptor('s', SUM),
  ]) {
    it(`of ${descriptor.kind} state gives it one name to be asked about by, before the state is there`, () => {
      assert.deepEqual([descriptor.isQueryable(), descriptor.getQueryableStateName()], [false, null])
      for (const given of ['', 7, undefined]) {
        const message = /^State 's' cannot be made queryable as .*: its name has to be a text that is not empty\.$/
        assert.throws(() => descriptor.setQueryable(given as string), { code: 'QUERYABLE_STATE_INVALID', message })
      }
      assert.equal(descriptor.setQueryable('name'), descriptor)
      descriptor.setQueryable('name')
      assert.deepEqual([descriptor.isQueryable(), descriptor.getQueryableStateName()], [true, 'name'])
      assert.throws(() => descriptor.setQueryable('other'), {
        message: /as 'other': it has the name 'name' already\.$/,
      })
    })
  }

  it('is refused a name once its state is there, and for state that belongs to no key', () => {
    const late = new ValueStateDescriptor('late')
    QueryableStateDescriptor.stateMade(late)
    const message = /as 'name': the state is there already\. Call setQueryable before the state is asked for\.$/
    assert.throws(() => late.setQueryable('name'), { code: 'QUERYABLE_STATE_INVALID', message })
    const backend = new OperatorStateBackend('Buffer', NO_REGISTERED_TYPES, 0)
    const list = new ListStateDescriptor('list').setQueryable('name')
    const map = new MapStateDescriptor('map').setQueryable('name')
    const reason = /it is state of the operator and not of a key/
    assert.throws(() => backend.getListState(list), { code: 'QUERYABLE_STATE_INVALID', message: reason })
    assert.throws(() => backend.getUnionListState(list), { code: 'QUERYABLE_STATE_INVALID', message: reason })
    assert.throws(() => backend.getBroadcastState(map), { code: 'QUERYABLE_STATE_INVALID', message: reason })
  })
})

describe('A keyed stream that is kept as state', () => {
  const keyed = (env = StreamExecutionEnvironment.getExecutionEnvironment()) =>
    env.fromElements(1, 2).keyBy((n) => n % 2)

  it('ends, as the newest record or as what the descriptor makes of all, and has a name of its own', () => {
    const plain = keyed().asQueryableState('newest').uid('newest')
    assert.deepEqual([plain.getQueryableStateName(), plain.getStateDescriptor().kind], ['newest', 'value'])
    for (const descriptor of [new ListStateDescriptor<number>('s'), new AggregatingStateDescriptor('s', SUM)]) {
      assert.equal(keyed().asQueryableState('n', descriptor).getStateDescriptor().getQueryableStateName(), 'n')
    }
    const wrong = new MapStateDescriptor<number, number>('map') as never
    assert.throws(() => keyed().asQueryableState('n', wrong), {
      code: 'GRAPH_INVALID',
      message: /records are kept as value, reducing, list or aggregating state/,
    })
    assert.throws(() => keyed().asQueryableState('', undefined), { code: 'GRAPH_INVALID' })
    const named = new ValueStateDescriptor<number>('s').setQueryable('other')
    assert.throws(() => keyed().asQueryableState('n', named), { code: 'QUERYABLE_STATE_INVALID' })
  })
})
