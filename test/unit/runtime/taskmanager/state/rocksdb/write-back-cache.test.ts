import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../../src/core/errors/flink-error.js'
import { freeSlices, SteppedSlices } from '../../../../../contract/runtime/state-backend-streams.js'
import { OneCachedState, PLENTY } from './one-cached-state.js'

describe('A write-back cache', () => {
  it('stays within its budget, but for what leaves together, and has lost nothing', () => {
    const budget = 100_000
    const state = new OneCachedState(budget)
    for (let key = 0; key < 10_000; key += 1) {
      state.at(key).put({ key, text: 'x'.repeat(50) })
      assert.ok(state.cache.usedBytes < budget * 1.3, `${String(state.cache.usedBytes)} bytes`)
    }
    for (let key = 0; key < 10_000; key += 1) {
      assert.deepEqual(state.at(key).get(), { key, text: 'x'.repeat(50) })
      assert.ok(state.cache.usedBytes < budget * 1.3, `${String(state.cache.usedBytes)} bytes`)
    }
  })

  it('measures a list again that grows in place', () => {
    const state = new OneCachedState(PLENTY)
    state.at('a').put([])
    const before = state.cache.usedBytes
    for (let index = 0; index < 1000; index += 1) {
      const list = state.at('a').get() as string[]
      list.push('x'.repeat(100))
      state.table.changedInPlace()
    }
    assert.ok(state.cache.usedBytes - before > 90_000)
  })

  it('asks the store for nothing of a state that it has nothing of', () => {
    const state = new OneCachedState(PLENTY)
    for (let key = 0; key < 100; key += 1) {
      assert.equal(state.at(key).get(), undefined)
      state.table.put(key)
    }
    assert.equal(state.store.reads, 0)
  })

  it('asks the store for nothing of a key that it has no more', () => {
    const state = new OneCachedState(PLENTY)
    const saveAll = (): void => {
      state.cache.awaitChanges(() => undefined).finish()
    }
    state.at('a').put(1)
    saveAll()
    state.at('a').remove()
    // The entry of the current key stays in memory.
    state.at('b').peek()
    saveAll()
    const { reads } = state.store
    assert.equal(state.at('a').get(), undefined)
    assert.equal(state.store.reads, reads)
  })

  it('writes nothing of what comes and goes before a snapshot', () => {
    const state = new OneCachedState(PLENTY)
    for (let key = 0; key < 100; key += 1) state.at(key).put(key)
    for (let key = 0; key < 100; key += 1) state.at(key).remove()
    state.cache.awaitChanges(() => undefined).finish()
    assert.equal(state.store.writes, 0)
    assert.equal(state.cache.usedBytes, 0)
  })

  it('keeps those in memory that are used more often', () => {
    const state = new OneCachedState(20_000)
    state.at('often').put({ n: 1 })
    for (let key = 0; key < 5000; key += 1) {
      state.at(key).put(key)
      state.at('often').peek()
    }
    const { reads } = state.store
    state.at('often').peek()
    assert.equal(state.store.reads, reads)
    state.at(0).peek()
    assert.equal(state.store.reads, reads + 1)
  })

  it('keeps what was changed in an object that it handed out, also without an update', () => {
    const state = new OneCachedState(1)
    state.at('a').put({ n: 1 })
    for (let key = 0; key < 1000; key += 1) state.at(key).put(key)
    const object = state.at('a').get() as { n: number }
    object.n = 2
    for (let key = 0; key < 1000; key += 1) state.at(key).put(key)
    assert.deepEqual(state.at('a').get(), { n: 2 })
  })

  it('keeps the entry of the current key in memory', () => {
    const state = new OneCachedState(1)
    state.at('a').put({ n: 1 })
    for (let key = 0; key < 100; key += 1) state.at(key).put(key)
    const object = state.at('a').get() as { n: number }
    for (let looks = 0; looks < 10; looks += 1) state.cache.makeRoom()
    object.n = 3
    assert.equal(state.table.get(), object)
  })
})

describe('A value that cannot be stored', () => {
  it('fails the record that needs its room, with its place, and stays', () => {
    const state = new OneCachedState(1)
    state.at('bad').put({ call: () => 1 })
    const isRefused = (error: unknown): true => {
      assert.ok(FlinkError.is(error, 'STATE_NOT_SERIALIZABLE'), String(error))
      assert.match(error.message, /^State 'v' of Count .* call \(under the key 'bad'\)/)
      return true
    }
    assert.throws(() => {
      for (let key = 0; key < 100; key += 1) state.at(key).put(key)
    }, isRefused)
    assert.deepEqual(Object.keys(state.at('bad').get() as object), ['call'])
    state.table.put('good')
    for (let key = 0; key < 100; key += 1) state.at(key).put(key)
    assert.equal(state.at('bad').get(), 'good')
  })
})

describe('A store that cannot be written', () => {
  it('fails every access that needs it from then on, with the first reason', () => {
    const state = new OneCachedState(1)
    state.store.failure = new FlinkError('DISK_FULL', { path: 'a disk' })
    const isFull = (error: unknown): boolean => FlinkError.is(error, 'DISK_FULL')
    assert.throws(() => {
      for (let key = 0; key < 1000; key += 1) state.at(key).put('x'.repeat(1000))
    }, isFull)
    state.store.failure = undefined
    assert.throws(() => {
      for (let key = 1000; key < 2000; key += 1) state.at(key).put('x'.repeat(1000))
    }, isFull)
    const awaited = state.cache.awaitChanges(() => undefined)
    return assert.rejects(awaited.save(freeSlices()), isFull)
  })
})

describe('What a snapshot waits for', () => {
  it('is in the store as it was at the barrier, and nothing that came after it', async () => {
    const state = new OneCachedState(PLENTY)
    for (let key = 0; key < 50; key += 1) state.at(key).put({ n: key })
    let stored = -1
    const stepped = new SteppedSlices()
    const awaited = state.cache.awaitChanges(() => {
      stored = state.stored()
    })
    const saved = awaited.save(stepped.slices)
    for (let key = 0; key < 50; key += 2) (state.at(key).get() as { n: number }).n = -1
    for (let key = 1; key < 50; key += 2) state.at(key).remove()
    for (let key = 100; key < 150; key += 1) state.at(key).put('later')
    await stepped.finish(saved)
    assert.equal(stored, 50)
    assert.equal(state.at(100).get(), 'later')
    assert.equal(state.at(1).get(), undefined)
    assert.deepEqual(state.at(0).get(), { n: -1 })
    // Written by the next one.
    state.cache.awaitChanges(() => undefined).finish()
    assert.equal(state.stored(), 75)
  })

  it('keeps in memory what has changed since, whoever needs room', () => {
    const state = new OneCachedState(PLENTY)
    state.at('a').put(1)
    state.at('b').put(1)
    const awaited = state.cache.awaitChanges(() => undefined)
    state.at('a').put(2)
    state.at('c').peek()
    const { writes } = state.store
    // Each use is a second chance.
    assert.equal(state.entries.evict(0), false)
    assert.equal(state.entries.evict(0), false)
    assert.equal(state.store.writes, writes)
    awaited.finish()
    assert.equal(state.entries.evict(0), true)
    assert.equal(state.at('a').get(), 2)
  })

  it('comes to its end under records that need room', () => {
    const state = new OneCachedState(20_000)
    for (let key = 0; key < 150; key += 1) state.at(key).put({ n: key })
    let isCaptured = false
    state.cache.awaitChanges(() => {
      isCaptured = true
      assert.equal(state.stored(), 150)
    })
    for (let key = 1000; key < 1200; key += 1) {
      state.at(key).put('later')
      assert.ok(state.cache.usedBytes < 30_000)
    }
    assert.ok(isCaptured)
  })

  it('is captured before a second snapshot begins', () => {
    const state = new OneCachedState(PLENTY)
    const captured: number[] = []
    state.at('a').put(1)
    state.cache.awaitChanges(() => captured.push(state.stored()))
    state.at('b').put(2)
    const second = state.cache.awaitChanges(() => captured.push(state.stored()))
    assert.deepEqual(captured, [1])
    second.finish()
    assert.deepEqual(captured, [1, 2])
  })

  it('is changed like anything else when the snapshot is aborted', () => {
    const state = new OneCachedState(PLENTY)
    state.at('a').put(1)
    state.cache.awaitChanges(() => assert.fail('it is captured')).giveUp(new Error('given up'))
    state.at('b').put(2)
    state.cache.awaitChanges(() => undefined).finish()
    assert.equal(state.stored(), 2)
  })

  it('fails the snapshot whose capture fails, and no record', async () => {
    const state = new OneCachedState(PLENTY)
    state.at('a').put(1)
    const awaited = state.cache.awaitChanges(() => {
      throw new Error('no link')
    })
    awaited.finish()
    await assert.rejects(awaited.save(freeSlices()), /no link/)
    assert.equal(state.at('a').get(), 1)
  })
})
