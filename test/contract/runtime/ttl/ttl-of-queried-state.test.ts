import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../../src/api/state/map-state.js'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../src/api/state/value-state.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { valueReaderOf } from '../../../../src/client/queried-values.js'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { NO_REGISTERED_TYPES } from '../../../../src/core/types/registered-types.js'
import type { QueryableState } from '../../../../src/runtime/taskmanager/state/queryable-state.js'
import { keyedValueSerializer, metadataOf } from '../../../../src/runtime/taskmanager/state/state-registration.js'
import { TtlValue } from '../../../../src/runtime/taskmanager/state/ttl/ttl-value.js'
import { UserMap } from '../../../../src/runtime/taskmanager/state/user-map.js'
import { HEAP } from '../backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from '../rocksdb-under-test.js'
import { SetTime } from '../set-time.js'
import { backendOf } from '../state-backend.contract.js'

cleanUpAfterEach()

const TTL = 100

for (const kind of [HEAP, diskUnderTest({ driver: 'memory' })]) {
  describe(`${kind.name}, state with a time to live that is asked about`, () => {
    for (const config of [
      StateTtlConfig.newBuilder(TTL).updateTtlOnReadAndWrite().build(),
      StateTtlConfig.newBuilder(TTL).returnExpiredIfNotCleanedUp().build(),
    ]) {
      const isGivenOut = config.getStateVisibility() === 'ReturnExpiredIfNotCleanedUp'
      it(`has values without times; expired ones are ${isGivenOut ? 'there' : 'not'}, and nothing counts as used`, async () => {
        const processingTime = new SetTime()
        const told = new Map<string, QueryableState>()
        const onQueryableState = (state: QueryableState): unknown => told.set(state.queryableName, state)
        const backend = await backendOf(kind, { processingTime, onQueryableState })
        const value = new ValueStateDescriptor('v', Types.STRING).setQueryable('v')
        const list = new ListStateDescriptor('l', Types.LONG).setQueryable('l')
        const map = new MapStateDescriptor('m', Types.STRING, Types.LONG).setQueryable('m')
        for (const each of [value, list, map]) each.enableTimeToLive(config)
        const [values, elements, entries] = [value, list, map].map((each) => backend.getOrCreateKeyedState(each))
        const ask = (name: string, descriptor: typeof value | typeof list | typeof map): unknown => {
          const state = told.get(name) ?? assert.fail(`${name} was not told of`)
          const output = new DataOutputView()
          if (!state.writeValueOf('a', hashKey('a', 'auto'), output)) return undefined
          return valueReaderOf(state.metadata, descriptor, name)(new DataInputView(output.toBytes()))
        }
        const askAll = (): unknown[] => [ask('v', value), ask('l', list), ask('m', map)]
        const at = (ms: number): void => {
          processingTime.ms = ms
          backend.setCurrentKey('a', hashKey('a', 'auto'))
        }
        assert.deepEqual(askAll(), [undefined, undefined, undefined])
        at(0)
        ;(values as ValueState<string>).update('x')
        ;(elements as ListState<number>).add(1)
        ;(entries as MapState<string, number>).put('one', 1)
        at(60)
        ;(elements as ListState<number>).add(2)
        ;(entries as MapState<string, number>).put('two', 2)
        const all = ['x', [1, 2], new Map([1, 2].map((n) => [n === 1 ? 'one' : 'two', n]))]
        assert.deepEqual(askAll(), all)
        at(99)
        assert.deepEqual(askAll(), all)
        at(100)
        assert.deepEqual(askAll(), isGivenOut ? all : [undefined, [2], new Map([['two', 2]])])
        at(160)
        assert.deepEqual(askAll(), isGivenOut ? all : [undefined, undefined, undefined])
        await backend.dispose()
      })
    }
  })
}

describe('State with a time to live in a checkpoint that is asked about', () => {
  const config = StateTtlConfig.newBuilder(TTL).build()
  const value = new ValueStateDescriptor('v', Types.STRING)
  const list = new ListStateDescriptor('l', Types.LONG)
  const map = new MapStateDescriptor<string, number>('m', Types.STRING, Types.LONG)
  for (const each of [value, list, map]) each.enableTimeToLive(config)
  const entries = new UserMap({ kind: 'auto', place: 'm', copy: (key) => key })
  entries.set('one', new TtlValue(1, 5))
  for (const [descriptor, stored, expected] of [
    [value, new TtlValue('x', 5), 'x'],
    [list, [new TtlValue(1, 5), new TtlValue(2, 6)], [1, 2]],
    [map, entries, new Map([['one', 1]])],
  ] as const) {
    it(`is read without its times: ${descriptor.kind}`, () => {
      const output = new DataOutputView()
      keyedValueSerializer(descriptor, 'Count', NO_REGISTERED_TYPES).serialize(stored, output)
      for (const given of [descriptor, undefined]) {
        const read = valueReaderOf(metadataOf(descriptor), given, 'asked')
        assert.deepEqual(read(new DataInputView(output.toBytes())), expected)
      }
    })
  }
})
