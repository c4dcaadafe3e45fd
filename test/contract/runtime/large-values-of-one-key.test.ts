import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { MemoryKvStore } from './memory-kv-store.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { backendOf, restored, snapshotOf } from './state-backend.contract.js'

const CACHE_BYTES = 256 * 1024
const USER_KEYS = 20_000
const FEW_STORE_READS = 200

interface States {
  readonly backend: KeyedStateBackend
  readonly map: MapState<number, number>
  readonly list: ListState<string>
}

function statesOf(backend: KeyedStateBackend): States {
  const map = backend.getOrCreateKeyedState(new MapStateDescriptor<number, number>('map')) as MapState<number, number>
  const list = backend.getOrCreateKeyedState(new ListStateDescriptor<string>('list')) as ListState<string>
  return { backend, map, list }
}

function record({ backend }: States, key: string): void {
  backend.setCurrentKey(key, hashKey(key, 'auto'))
}

describe('One key whose values are larger than the cache', () => {
  cleanUpAfterEach()

  it('keeps a map of many keys, its snapshots, and what is changed and walked over', async () => {
    const opened: MemoryKvStore[] = []
    const kind = diskUnderTest({ driver: 'memory', cacheBytes: CACHE_BYTES, opened })
    const states = statesOf(await backendOf(kind))
    for (let n = 0; n < USER_KEYS; n += 1) {
      record(states, 'large')
      states.map.put(n, n)
    }
    const [store] = opened
    assert.ok(store !== undefined && store.writes > 10, 'it goes to the store while it grows')
    const before = await snapshotOf(states.backend)
    for (let n = 0; n < USER_KEYS; n += 100) {
      record(states, 'large')
      states.map.put(n, (states.map.get(n) ?? 0) + 1)
      states.map.remove(n + 1)
    }
    const after = await snapshotOf(states.backend)
    for (const [handle, removed] of [
      [before, 0],
      [after, 1],
    ] as const) {
      const then = statesOf(await restored(kind, [handle]))
      record(then, 'large')
      let count = 0
      for (const [key, value] of then.map.entries()) {
        assert.equal(value, key % 100 === 0 ? key + removed : key)
        count += 1
      }
      assert.equal(count, USER_KEYS - (removed * USER_KEYS) / 100)
      assert.equal(then.map.contains(1), removed === 0)
    }
  })

  it('adds to a list without reading it again', async () => {
    const opened: MemoryKvStore[] = []
    const kind = diskUnderTest({ driver: 'memory', cacheBytes: CACHE_BYTES, opened })
    const states = statesOf(await backendOf(kind))
    for (let n = 0; n < USER_KEYS; n += 1) {
      record(states, 'large')
      states.list.add(`element ${String(n)}`)
    }
    assert.ok((opened[0]?.reads ?? 0) < FEW_STORE_READS)
    const then = statesOf(await restored(kind, [await snapshotOf(states.backend)]))
    record(then, 'large')
    const elements = [...then.list.get()]
    assert.equal(elements.length, USER_KEYS)
    assert.equal(elements.at(-1), `element ${String(USER_KEYS - 1)}`)
  })

  it('leaves memory with others like it, also where no key is new', async () => {
    const opened: MemoryKvStore[] = []
    const kind = diskUnderTest({ driver: 'memory', cacheBytes: CACHE_BYTES, opened })
    const states = statesOf(await backendOf(kind))
    for (let n = 0; n < USER_KEYS; n += 1) {
      record(states, `key ${String(n % 40)}`)
      states.list.add(`element ${String(n)}`)
    }
    assert.ok((opened[0]?.writes ?? 0) > 10, 'no list is long enough to be written by itself')
    record(states, 'key 7')
    assert.equal([...states.list.get()].length, USER_KEYS / 40)
  })
})
