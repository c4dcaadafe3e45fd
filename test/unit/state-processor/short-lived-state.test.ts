import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import { StateTtlConfig } from '../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { rescaleSnapshot } from '../../../src/state-processor/rescale-snapshot.js'
import type { OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { HEAP } from '../../contract/runtime/backends-under-test.js'
import { SetTime } from '../../contract/runtime/set-time.js'
import { backendOf, restored, snapshotOf } from '../../contract/runtime/state-backend.contract.js'
import {
  diffOf,
  importLines,
  linesOf,
  makeSnapshot,
  operatorOf,
  type Place,
  placeOf,
  operatorIn,
  versionsOf,
  keyedHandles,
} from './snapshot-fixtures.js'

const TTL_MS = 100

/** A value, a list and a map whose values live for 100 ms, in a schema of their own each. */
class ShortLived {
  readonly time: SetTime
  readonly backend: KeyedStateBackend
  readonly value: ValueState<number>
  readonly list: ListState<string>
  readonly map: MapState<string, { readonly n: number }>

  constructor(backend: KeyedStateBackend, time: SetTime) {
    this.time = time
    this.backend = backend
    const config = StateTtlConfig.newBuilder(TTL_MS).build()
    const migrate = { 1: (old: unknown) => old, 2: (old: unknown) => old }
    const value = new ValueStateDescriptor('value', Types.LONG).withSchema(3, { migrate })
    const list = new ListStateDescriptor('list', Types.STRING).withSchema(2, { migrate: { 1: (old) => old } })
    const map = new MapStateDescriptor('map', Types.STRING, Types.OBJECT({ n: Types.LONG }))
    for (const each of [value, list, map]) each.enableTimeToLive(config)
    this.value = backend.getOrCreateKeyedState(value) as unknown as ValueState<number>
    this.list = backend.getOrCreateKeyedState(list) as unknown as ListState<string>
    this.map = backend.getOrCreateKeyedState(map) as unknown as typeof this.map
  }

  at(ms: number, key: string): this {
    this.time.ms = ms
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    return this
  }

  contents(ms: number, key: string): unknown {
    this.at(ms, key)
    return { value: this.value.value(), list: [...this.list.get()], map: [...this.map.entries()] }
  }
}

async function shortLived(operator?: OperatorState): Promise<ShortLived> {
  const time = new SetTime()
  if (operator === undefined) return new ShortLived(await backendOf(HEAP, { processingTime: time }), time)
  const { maxParallelism } = operator
  const parameters = { processingTime: time, maxParallelism, keyGroups: { start: 0, end: maxParallelism - 1 } }
  return new ShortLived(await restored(HEAP, [keyedHandles(operator)], parameters), time)
}

async function ttlSnapshot({ at, services }: Place): Promise<string> {
  const states = await shortLived()
  states.at(10, 'a').value.update(1)
  states.list.add('x')
  states.map.put('k', { n: 1 })
  states.at(60, 'a').list.add('y')
  states.map.put('l', { n: 2 })
  states.at(60, 'b').value.update(2)
  const managedKeyed = await snapshotOf(states.backend)
  return makeSnapshot(at('from'), [operatorOf('short', [{ managedKeyed, managedOperator: [] }])], services)
}

describe('State with a time to live', () => {
  const lines = [
    '{"operator":"short","state":"list","kind":"list","key":"a","value":[{"value":"x","lastAccess":10},{"value":"y","lastAccess":60}]}',
    '{"operator":"short","state":"map","kind":"map","key":"a","value":{"$map":[["k",{"value":{"n":1},"lastAccess":10}],["l",{"value":{"n":2},"lastAccess":60}]]}}',
    '{"operator":"short","state":"value","kind":"value","key":"a","value":{"value":1,"lastAccess":10}}',
    '{"operator":"short","state":"value","kind":"value","key":"b","value":{"value":2,"lastAccess":60}}',
  ]

  it('is shown with the times of its last access, and a job goes on from an import with them', async (t) => {
    const place = await placeOf(t)
    const { at, services } = place
    const from = await ttlSnapshot(place)
    assert.deepEqual(await linesOf(from, services), lines)
    const deletions = lines.map((line) =>
      line.replace(/,"kind":.*?(?=,"key")/, '').replace(/,"value":.*/, ',"delete":true}'),
    )
    await importLines(from, deletions, { to: at('empty'), services })
    await importLines(at('empty'), lines, { to: at('full'), services })
    assert.deepEqual(await diffOf(from, at('full'), services), [])
    await rescaleSnapshot({ from: at('full'), to: at('wide'), maxParallelism: 1000, engineVersion: '9' }, services)
    assert.deepEqual(await linesOf(at('wide'), services), lines)
    for (const name of ['full', 'wide']) {
      const operator = await operatorIn(at(name), place)
      assert.deepEqual(versionsOf(operator), { value: 3, list: 2, map: 0 })
      const states = await shortLived(operator)
      const all = {
        value: 1,
        list: ['x', 'y'],
        map: [
          ['k', { n: 1 }],
          ['l', { n: 2 }],
        ],
      }
      assert.deepEqual(states.contents(109, 'a'), all)
      assert.deepEqual(states.contents(110, 'a'), { value: null, list: ['y'], map: [['l', { n: 2 }]] })
      assert.deepEqual(states.contents(159, 'b'), { value: 2, list: [], map: [] })
      assert.deepEqual(states.contents(160, 'b'), { value: null, list: [], map: [] })
    }
  })

  it('lives as long as a line says that is imported', async (t) => {
    const place = await placeOf(t)
    const { at, services } = place
    const from = await ttlSnapshot(place)
    await importLines(from, [(lines[2] ?? '').replace('"lastAccess":10', '"lastAccess":500')], {
      to: at('new'),
      services,
    })
    const states = await shortLived(await operatorIn(at('new'), place))
    assert.deepEqual(states.contents(599, 'a'), { value: 1, list: [], map: [] })
    assert.deepEqual(states.contents(600, 'a'), { value: null, list: [], map: [] })
  })
})
