import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { HEAP } from '../backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from '../rocksdb-under-test.js'
import { LIST_OF_TEXTS, MAP_ALL_ENTRIES, REDUCING, VALUE } from './ttl-contexts.js'
import { TtlStateUnderTest } from './ttl-state-under-test.js'

cleanUpAfterEach()

const TTL = 100
const CONFIG = StateTtlConfig.newBuilder(TTL).build()
const ON_READ = StateTtlConfig.newBuilder(TTL).updateTtlOnReadAndWrite().build()
const FIRST = { checkpointId: 1, baseCheckpointId: undefined }
const SECOND = { checkpointId: 2, baseCheckpointId: 1 }
const KEYS = ['a', 'b', 'c']

for (const kind of [HEAP, diskUnderTest({ driver: 'rocksdb' }), diskUnderTest({ driver: 'lmdb' })]) {
  describe(`${kind.name}, checkpoints that build on each other, of state with a time to live`, () => {
    for (const context of [VALUE, LIST_OF_TEXTS, MAP_ALL_ENTRIES]) {
      it(`is given a time to live, and it is taken away again: ${context.name}`, async () => {
        const test = await TtlStateUnderTest.start(kind, context, undefined)
        for (const key of KEYS) test.at(0).withKey(key).update(context.updateEmpty)
        await test.snapshot(FIRST)
        test.withKey('b').update(context.updateEmpty)
        const without = await test.snapshot(SECOND)
        test.time.ms = 1000
        await test.restore(without, CONFIG)
        test.at(1050).withKey('c').update(context.updateUnexpired)
        test.at(1099).withKey('a').assertGives(context.getUpdateEmpty)
        const first = await test.snapshot(FIRST)
        test.at(1100).withKey('a').assertGives(context.emptyValue)
        test.withKey('c').assertGives(context.getUnexpired)
        const second = await test.snapshot(SECOND)
        await test.restore(second)
        test.at(1100).withKey('a').assertGives(context.emptyValue)
        test.withKey('c').assertGives(context.getUnexpired)
        await test.restoreWithoutTtl(first)
        test.at(5000).withKey('a').assertGives(context.getUpdateEmpty)
        await test.restoreWithoutTtl(await test.snapshot(FIRST))
        test.at(9000).withKey('a').assertGives(context.getUpdateEmpty)
      })
    }

    for (const context of [VALUE, MAP_ALL_ENTRIES, REDUCING]) {
      it(`has the time of a read in what changed since: ${context.name}`, async () => {
        const test = await TtlStateUnderTest.start(kind, context, ON_READ)
        for (const key of KEYS) test.at(0).withKey(key).update(context.updateEmpty)
        await test.snapshot(FIRST)
        test.at(50).withKey('a').assertGives(context.getUpdateEmpty)
        const handles = await test.snapshot(SECOND)
        await test.restore(handles)
        test.at(120).withKey('a').assertGives(context.getUpdateEmpty)
        test.withKey('b').assertGives(context.emptyValue)
      })
    }
  })
}

describe('state with a time to live, from backend to backend', () => {
  const disk = diskUnderTest({ driver: 'memory' })

  it('has its times in a savepoint that another backend restores', async () => {
    for (const [from, to] of [
      [HEAP, disk],
      [disk, HEAP],
    ] as const) {
      for (const context of [VALUE, LIST_OF_TEXTS, MAP_ALL_ENTRIES]) {
        const test = await TtlStateUnderTest.start(from, context, CONFIG)
        test.at(0).withKey('a').update(context.updateEmpty)
        test.at(50).withKey('b').update(context.updateEmpty)
        const handles = await test.snapshot()
        assert.deepEqual(
          handles.flatMap(({ states }) => states.map(({ typeFingerprint }) => typeFingerprint.includes('TTL('))),
          [true],
        )
        const other = await TtlStateUnderTest.start(to, context, CONFIG)
        await other.restore(handles)
        other.at(120).withKey('a').assertGives(context.emptyValue)
        other.withKey('b').assertGives(context.getUpdateEmpty)
      }
    }
  })
})
