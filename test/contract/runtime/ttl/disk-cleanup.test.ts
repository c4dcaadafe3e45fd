import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { cleanUpAfterEach, diskUnderTest, type DiskUnderTest } from '../rocksdb-under-test.js'
import { LIST_OF_NUMBERS, MAP_ALL_ENTRIES, REDUCING, VALUE, type TtlContext } from './ttl-contexts.js'
import { TtlStateUnderTest } from './ttl-state-under-test.js'

cleanUpAfterEach()

const TTL = 10_000
const IN_BACKGROUND = StateTtlConfig.newBuilder(TTL).cleanupInRocksdbCompactFilter(1000).build()
const KEYS = 300
const DISKS: readonly DiskUnderTest[] = [
  { driver: 'memory' },
  { driver: 'memory', cacheBytes: 0 },
  { driver: 'rocksdb' },
  { driver: 'lmdb' },
]
const SLICE_MS = 21

/** So many slices that are due one after the other. */
function runSlices(test: TtlStateUnderTest, count: number): void {
  for (let slice = 0; slice < count; slice += 1) {
    test.time.ms += SLICE_MS
    test.time.runDue()
  }
}

for (const disk of DISKS) {
  const kind = diskUnderTest(disk)
  describe(`${kind.name}, gone round in the background`, () => {
    const contexts =
      disk.driver === 'memory' ? [VALUE, LIST_OF_NUMBERS, MAP_ALL_ENTRIES, REDUCING] : [VALUE, MAP_ALL_ENTRIES]
    for (const context of contexts) {
      it(`loses what has expired, and nothing else: ${context.name}`, async () => {
        await testRound(await TtlStateUnderTest.start(kind, context, IN_BACKGROUND), context)
      })
    }
  })
}

async function testRound(test: TtlStateUnderTest, context: TtlContext): Promise<void> {
  for (let key = 0; key < KEYS; key += 1) test.at(0).withKey(String(key)).update(context.updateEmpty)
  // Which brings them to the store.
  await test.takeAndRestoreSnapshot()
  await test.snapshot()
  test.time.ms = 5000
  for (let key = 0; key < KEYS; key += 4) test.withKey(String(key)).update(context.updateUnexpired)
  test.backend.clearCurrentKey()
  test.time.ms = TTL + 1000
  runSlices(test, 40)
  assert.equal(test.backend.numberOfEntries(), KEYS / 4)
  const handles = await test.snapshot()
  test.time.ms = TTL + 1000
  for (let key = 0; key < KEYS; key += 1) {
    test.withKey(String(key)).assertGives(key % 4 === 0 ? context.getUnexpired : context.emptyValue)
  }
  await test.restore(handles)
  assert.equal(test.backend.numberOfEntries(), KEYS / 4)
  await test.snapshot()
  test.time.ms = 5000 + TTL
  runSlices(test, 200)
  assert.equal(test.backend.numberOfEntries(), 0)
}

describe('a store that is gone round in the background', () => {
  const kind = diskUnderTest({ driver: 'memory' })

  it('reads no more than so many entries at a time, and rests when nothing can have expired', async () => {
    const test = await TtlStateUnderTest.start(kind, VALUE, IN_BACKGROUND)
    for (let key = 0; key < KEYS; key += 1) test.at(0).withKey(String(key)).update('x')
    await test.snapshot()
    test.time.ms = TTL
    let before = KEYS
    for (let slice = 0; slice < 20; slice += 1) {
      runSlices(test, 1)
      const after = test.backend.numberOfEntries()
      assert.ok(before - after <= 128, `${String(before - after)} went at once`)
      before = after
    }
    assert.equal(before, 0)
    assert.equal(test.time.pendingTimers, 1)
    test.withKey('late').update('y')
    await test.snapshot()
    runSlices(test, TTL / SLICE_MS / 2)
    assert.equal(test.backend.numberOfEntries(), 1)
    runSlices(test, TTL / SLICE_MS)
    assert.equal(test.backend.numberOfEntries(), 0)
  })

  it('is left alone where the background was turned off, and after the backend was disposed of', async () => {
    const off = StateTtlConfig.newBuilder(TTL).disableCleanupInBackground().build()
    const alone = await TtlStateUnderTest.start(kind, VALUE, off)
    assert.equal(alone.time.pendingTimers, 0)
    const disposed = await TtlStateUnderTest.start(kind, VALUE, IN_BACKGROUND)
    assert.equal(disposed.time.pendingTimers, 1)
    await disposed.backend.dispose()
    assert.equal(disposed.time.pendingTimers, 0)
  })

  it('keeps an entry whose value in memory is newer than that in the store, while a snapshot waits', async () => {
    const test = await TtlStateUnderTest.start(kind, VALUE, IN_BACKGROUND)
    test.at(0).withKey('a').update('old')
    await test.snapshot()
    test.at(9000).withKey('a').update('new')
    test.at(9000).withKey('b').update('b')
    const waiting = test.backend.snapshot()
    test.backend.clearCurrentKey()
    test.time.ms = TTL + 1
    runSlices(test, 20)
    test
      .at(TTL + 500)
      .withKey('a')
      .assertGives('new')
    test.withKey('b').assertGives('b')
    waiting.release()
  })
})
