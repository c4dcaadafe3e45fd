import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../src/api/state/value-state.js'
import type { KeyedStateSnapshot } from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { KeyedStateHandle } from '../../../../src/storage/state-handles.js'
import { HEAP } from '../backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from '../rocksdb-under-test.js'
import { freeSlices, MemoryStreams } from '../state-backend-streams.js'
import { LIST_OF_TEXTS, MAP_ALL_ENTRIES, VALUE, type TtlContext } from './ttl-contexts.js'
import { NAMES, TtlStateUnderTest } from './ttl-state-under-test.js'

cleanUpAfterEach()

const TTL = 100
const ON_READ = StateTtlConfig.newBuilder(TTL).updateTtlOnReadAndWrite().build()
const ON_WRITE = StateTtlConfig.newBuilder(TTL).build()
const IN_SNAPSHOTS = StateTtlConfig.newBuilder(TTL).cleanupFullSnapshot().build()
const FIRST = { checkpointId: 1, baseCheckpointId: undefined }
const SECOND = { checkpointId: 2, baseCheckpointId: 1 }

const OBJECT: TtlContext = {
  ...VALUE,
  name: 'ValueState of objects',
  createDescriptor: () => new ValueStateDescriptor<unknown>('value'),
}
/** As those of windows that many keys have. */
const SHARED = { ...NAMES, shared: { slotOf: (name: string) => name.length } }

async function written(snapshot: KeyedStateSnapshot): Promise<readonly KeyedStateHandle[]> {
  const handles = await snapshot.write(new MemoryStreams(), freeSlices())
  snapshot.release()
  return handles
}

for (const kind of [HEAP, diskUnderTest({ driver: 'memory' }), diskUnderTest({ driver: 'memory', cacheBytes: 0 })]) {
  describe(`${kind.name}, a snapshot of state with a time to live that is under way`, () => {
    for (const [name, namespaces] of [
      ['state of a key', NAMES],
      ['state of windows', SHARED],
    ] as const) {
      for (const increment of [undefined, SECOND]) {
        const form = increment === undefined ? 'a savepoint' : 'what changed since'
        it(`has values and times of its beginning: ${name}, ${form}`, async () => {
          const test = await TtlStateUnderTest.start(kind, OBJECT, ON_READ, namespaces)
          const keys = ['read', 'changed', 'put', 'cleared', 'put anew', 'left']
          const putAll = (ms: number): void => {
            for (const key of keys) test.at(ms).withKey(key).update({ of: ms })
          }
          if (increment !== undefined) {
            putAll(0)
            await test.snapshot(FIRST)
          }
          putAll(10)
          const snapshot = test.backend.snapshot(increment)
          const state = test.state as unknown as ValueState<{ of: number }>
          test.at(50).withKey('read').assertGives({ of: 10 })
          test.withKey('changed')
          const held = state.value() ?? assert.fail()
          held.of = 50
          state.update(held)
          test.withKey('put').update({ of: 50 })
          test.withKey('cleared').update(null)
          test.withKey('put anew').update(null)
          test.update({ of: 50 })
          const handles = await written(snapshot)
          test.at(149).withKey('read').assertGives({ of: 10 })
          test.at(149).withKey('put anew').assertGives({ of: 50 })
          test.time.ms = 60
          await test.restore(handles, ON_WRITE)
          for (const key of keys) test.at(109).withKey(key).assertGives({ of: 10 })
          for (const key of keys) test.at(110).withKey(key).assertGives(null)
          test.assertNothingStored()
        })
      }
    }

    for (const context of [VALUE, LIST_OF_TEXTS, MAP_ALL_ENTRIES]) {
      it(`has what has expired, where only the restore leaves it out: ${context.name}`, async () => {
        const test = await TtlStateUnderTest.start(kind, context, ON_WRITE)
        test.at(0).withKey('a').update(context.updateEmpty)
        test.at(50).withKey('b').update(context.updateEmpty)
        const handles = await test.snapshot()
        test.time.ms = 120
        await test.restore(handles, IN_SNAPSHOTS)
        test.at(60).withKey('a').assertGives(context.emptyValue)
        test.withKey('b').assertGives(context.getUpdateEmpty)
        test.time.ms = 60
        await test.restore(handles, IN_SNAPSHOTS)
        test.at(60).withKey('a').assertGives(context.getUpdateEmpty)
      })
    }

    it('has what has expired in what changed since, as an older value is in the checkpoint before', async () => {
      const test = await TtlStateUnderTest.start(kind, VALUE, IN_SNAPSHOTS)
      test.at(0).update('old')
      await test.snapshot(FIRST)
      test.at(10).update('new')
      test.time.ms = 150
      const handles = await test.snapshot(SECOND)
      await test.restore(handles, StateTtlConfig.newBuilder(1000).build())
      test.at(160).assertGives('new')
    })
  })
}

/** On the disk what is left out is what has expired when the changes before it have reached the store. */
describe('A snapshot of memory that is under way', () => {
  for (const context of [VALUE, LIST_OF_TEXTS, MAP_ALL_ENTRIES]) {
    it(`leaves out what had expired when it began, and nothing that has since: ${context.name}`, async () => {
      const test = await TtlStateUnderTest.start(HEAP, context, IN_SNAPSHOTS)
      test.at(0).withKey('a').update(context.updateEmpty)
      test.at(50).withKey('b').update(context.updateEmpty)
      test.time.ms = 120
      const snapshot = test.backend.snapshot()
      test.time.ms = 200
      const handles = await written(snapshot)
      test.time.ms = 120
      await test.restore(handles, StateTtlConfig.newBuilder(1000).build())
      test.at(120).withKey('a').assertGives(context.emptyValue)
      test.withKey('b').assertGives(context.getUpdateEmpty)
    })
  }
})
