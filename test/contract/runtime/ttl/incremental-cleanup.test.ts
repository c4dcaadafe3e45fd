import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../../src/api/state/map-state.js'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../src/api/state/value-state.js'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import type { KeyedStateBackend } from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { HEAP } from '../backends-under-test.js'
import { SetTime } from '../set-time.js'
import { backendOf, restored, snapshotOf } from '../state-backend.contract.js'
import { freeSlices, MemoryStreams } from '../state-backend-streams.js'
import { MAP_PER_ELEMENT, TTL_CONTEXTS } from './ttl-contexts.js'
import { TtlStateUnderTest } from './ttl-state-under-test.js'

const TTL = 100
const EVERY_RECORD = StateTtlConfig.newBuilder(TTL).cleanupIncrementally(5, true).build()
/** As Flink's test: more than fit into its first table, in which each of ten key groups has room for 128. */
const ALL_KEYS = (64 + 32 + 1) * 10
const KEYS_TO_UPDATE = 16 * 10

describe('a table in memory that is gone round by accesses', () => {
  for (const context of TTL_CONTEXTS) {
    it(`loses everything that has expired to records of any key: ${context.name}`, async () => {
      const test = await TtlStateUnderTest.start(HEAP, context, EVERY_RECORD)
      test.at(0)
      for (let key = 0; key < ALL_KEYS; key += 1) test.withKey(String(key)).update(context.updateEmpty)
      assert.equal(test.backend.numberOfEntries(), ALL_KEYS)
      test.at(120)
      for (let key = 0; key < ALL_KEYS; key += 1) test.withKey(String(key))
      test.assertNothingStored()
    })

    it(`keeps what lives, and a snapshot that runs what it had: ${context.name}`, async () => {
      await testIncrementalCleanup(await TtlStateUnderTest.start(HEAP, context, EVERY_RECORD))
    })
  }

  it('goes on by accesses alone by default, and not at all where the background was turned off', async () => {
    for (const [config, left] of [
      [StateTtlConfig.newBuilder(TTL).build(), 1],
      [StateTtlConfig.newBuilder(TTL).disableCleanupInBackground().build(), ALL_KEYS],
    ] as const) {
      const test = await TtlStateUnderTest.start(HEAP, MAP_PER_ELEMENT, config)
      test.at(0)
      for (let key = 0; key < ALL_KEYS; key += 1) test.withKey(String(key)).update('x')
      for (let key = 0; key < ALL_KEYS; key += 1) test.withKey('other')
      assert.equal(test.backend.numberOfEntries(), ALL_KEYS, 'records alone do nothing')
      test.at(120).withKey('0')
      for (let access = 0; access < ALL_KEYS; access += 1) test.update('y')
      assert.equal(test.backend.numberOfEntries(), left)
    }
  })

  it('rests after a round until something can have expired, which is what came early in the round, too', async () => {
    const time = new SetTime()
    const backend = await backendOf(HEAP, { processingTime: time })
    const descriptor = new ValueStateDescriptor<string>('value')
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(TTL).build())
    const state = backend.getOrCreateKeyedState(descriptor) as ValueState<string>
    const updateAt = (ms: number, key: string): void => {
      time.ms = ms
      backend.setCurrentKey(key, hashKey(key, 'auto'))
      state.update('x')
    }
    for (let key = 0; key < 1000; key += 1) updateAt(0, `of 0, ${String(key)}`)
    // Rounds are under way; what comes now is used once, what there is goes on being used.
    for (let ms = 1; ms <= 90; ms += 1) {
      updateAt(ms, `of ${String(ms)}`)
      for (let key = 0; key < 50; key += 1) updateAt(ms, `of 0, ${String(key)}`)
    }
    for (let access = 0; access < 1000; access += 1) updateAt(101, 'other')
    assert.equal(backend.numberOfEntries(), 50 + 89 + 1)
    for (let access = 0; access < 1000; access += 1) updateAt(150, 'other')
    assert.equal(backend.numberOfEntries(), 50 + 40 + 1)
    for (let access = 0; access < 1000; access += 1) updateAt(190, 'other')
    assert.equal(backend.numberOfEntries(), 1)
  })

  it('looks at a list or map of 100,000 elements in steps, too', async () => {
    const { backend, time, list, map } = await largeValues()
    for (let n = 0; n < 100_000; n += 1) {
      if (n === 60_000) time.ms = 50
      at(backend, 'a')
      list.add(n)
      map.put(n, n)
    }
    time.ms = 120
    at(backend, 'b')
    const longestMs = await Promise.resolve().then(() => {
      let longest = 0
      for (let access = 0; access < 60_000; access += 1) {
        const start = process.cpuUsage().user
        list.get()
        map.get(-1)
        longest = Math.max(longest, process.cpuUsage().user - start)
      }
      return longest / 1000
    })
    assert.ok(longestMs < 50, `one access took ${String(longestMs)} ms`)
    time.ms = 0
    at(backend, 'a')
    assert.deepEqual(
      [...list.get()],
      Array.from({ length: 40_000 }, (_, index) => 60_000 + index),
    )
    assert.equal([...map.keys()].length, 40_000)
    assert.equal(map.get(60_000), 60_000)
  })

  it('gives the values that a model gives, whatever comes between: accesses, snapshots, times', async () => {
    await fc.assert(fc.asyncProperty(fc.array(STEP, { maxLength: 120 }), playAgainstModel), { numRuns: 60 })
  })
})

async function testIncrementalCleanup(test: TtlStateUnderTest): Promise<void> {
  const { context } = test
  const updateKeys = (start: number, end: number, value: unknown): void => {
    for (let key = start; key < end; key += 1) test.withKey(String(key)).update(value)
  }
  const assertGone = (start: number, end: number): void => {
    for (let key = start; key < end; key += 1) test.withKey(String(key)).assertGives(context.emptyValue)
  }
  const assertLiving = (start: number, end: number, value: unknown): void => {
    for (let key = start; key < end; key += 1) test.withKey(String(key)).assertGives(value)
  }
  const otherOperations = (): void => {
    for (let key = ALL_KEYS; key < 2 * ALL_KEYS; key += 1) {
      test.withKey(String(key))
      if (key % 2 === 0) test.get()
      else test.update(context.updateEmpty)
    }
  }
  test.at(0)
  updateKeys(0, ALL_KEYS, context.updateEmpty)
  test.at(50)
  updateKeys(0, KEYS_TO_UPDATE, context.updateUnexpired)
  const snapshot = test.backend.snapshot()
  updateKeys(KEYS_TO_UPDATE, 2 * KEYS_TO_UPDATE, context.updateUnexpired)
  test.at(120)
  otherOperations()
  // What was updated, and what the other operations put: the rest is gone without being asked for.
  assert.equal(test.backend.numberOfEntries(), 2 * KEYS_TO_UPDATE + ALL_KEYS / 2)
  assertGone(2 * KEYS_TO_UPDATE, ALL_KEYS)
  const handles = await snapshot.write(new MemoryStreams(), freeSlices())
  snapshot.release()
  test.time.ms = 50
  await test.restore(handles)
  assertLiving(KEYS_TO_UPDATE, ALL_KEYS, context.getUpdateEmpty)
  test.at(120)
  for (let key = KEYS_TO_UPDATE / 2; key < KEYS_TO_UPDATE + KEYS_TO_UPDATE / 4; key += 1) {
    test.withKey(String(key)).state.clear()
  }
  assertLiving(0, KEYS_TO_UPDATE / 2, context.getUnexpired)
  otherOperations()
  assertGone(KEYS_TO_UPDATE, 2 * KEYS_TO_UPDATE)
  test.at(170)
  assertGone(KEYS_TO_UPDATE / 2, ALL_KEYS)
  assertGone(0, KEYS_TO_UPDATE / 2)
}

interface LargeValues {
  readonly backend: KeyedStateBackend
  readonly time: SetTime
  readonly list: ListState<number>
  readonly map: MapState<number, number>
}

async function largeValues(): Promise<LargeValues> {
  const time = new SetTime()
  const backend = await backendOf(HEAP, { processingTime: time })
  const lists = new ListStateDescriptor<number>('list')
  const maps = new MapStateDescriptor<number, number>('map')
  for (const descriptor of [lists, maps]) descriptor.enableTimeToLive(StateTtlConfig.newBuilder(TTL).build())
  const list = backend.getOrCreateKeyedState(lists) as ListState<number>
  const map = backend.getOrCreateKeyedState(maps) as MapState<number, number>
  return { backend, time, list, map }
}

function at(backend: KeyedStateBackend, key: string): void {
  backend.setCurrentKey(key, hashKey(key, 'auto'))
}

const KEY = fc.nat(30)
const STEP = fc.oneof(
  fc.record({ what: fc.constant('update' as const), key: KEY, value: fc.nat(9) }),
  fc.record({ what: fc.constant('read' as const), key: KEY }),
  fc.record({ what: fc.constant('put' as const), key: KEY, value: fc.nat(40) }),
  fc.record({ what: fc.constant('clear' as const), key: KEY }),
  fc.record({ what: fc.constant('wait' as const), ms: fc.nat(60) }),
  fc.record({ what: fc.constant('begin' as const) }),
  fc.record({ what: fc.constant('end' as const) }),
  fc.record({ what: fc.constant('restore' as const) }),
)

type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never

/** Cleanup is never seen: an entry is there until its time is over, and no longer. */
async function playAgainstModel(steps: readonly Step[]): Promise<void> {
  const time = new SetTime()
  const values = new ValueStateDescriptor<number>('value')
  const maps = new MapStateDescriptor<number, number>('map')
  for (const each of [values, maps]) {
    each.enableTimeToLive(StateTtlConfig.newBuilder(TTL).cleanupIncrementally(30, true).build())
  }
  let backend = await backendOf(HEAP, { processingTime: time })
  let value = backend.getOrCreateKeyedState(values) as ValueState<number>
  let map = backend.getOrCreateKeyedState(maps) as MapState<number, number>
  const model = new Map<number, { readonly value: number; readonly at: number }>()
  const mapModel = new Map<number, Map<number, number>>()
  const running: ReturnType<KeyedStateBackend['snapshot']>[] = []
  for (const step of steps) {
    if ('key' in step) at(backend, String(step.key))
    switch (step.what) {
      case 'update':
        value.update(step.value)
        model.set(step.key, { value: step.value, at: time.ms })
        break
      case 'put':
        map.put(step.value, step.value)
        mapModel.set(step.key, (mapModel.get(step.key) ?? new Map<number, number>()).set(step.value, time.ms))
        break
      case 'read': {
        const known = model.get(step.key)
        assert.equal(value.value(), known !== undefined && known.at + TTL > time.ms ? known.value : null)
        const living = [...(mapModel.get(step.key) ?? [])].filter(([, put]) => put + TTL > time.ms)
        assert.deepEqual(new Set(map.keys()), new Set(living.map(([key]) => key)))
        break
      }
      case 'clear':
        value.clear()
        model.delete(step.key)
        break
      case 'wait':
        time.ms += step.ms
        break
      case 'begin':
        running.push(backend.snapshot())
        break
      case 'end':
        running.shift()?.release()
        break
      case 'restore': {
        const handles = await snapshotOf(backend)
        for (const snapshot of running.splice(0)) snapshot.release()
        backend = await restored(HEAP, [handles], { processingTime: time })
        value = backend.getOrCreateKeyedState(values) as ValueState<number>
        map = backend.getOrCreateKeyedState(maps) as MapState<number, number>
        break
      }
    }
  }
}
