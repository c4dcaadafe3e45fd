import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { messageOf } from '../../../src/core/errors/thrown-value.js'
import { ValueNotSerializableError } from '../../../src/core/types/value-not-serializable-error.js'
import {
  loadKvDriver,
  type KvDriverName,
} from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import type { KvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { mapLimits } from '../../../src/runtime/taskmanager/state/rocksdb/map-limits.js'
import { UserMap } from '../../../src/runtime/taskmanager/state/user-map.js'
import { mapFormModel } from './map-form.model.js'
import { MemoryKvStore, memoryKvDriver } from './memory-kv-store.js'
import { KEYS, OneMapTable, SERIALIZER, TINY } from './one-map-table.js'
import { prefixOf } from './one-value-table.js'
import { assertTextIsRefused } from './refused-values.js'
import { inputOf, targetOf } from './restored-value.js'

for (const name of ['memory', 'rocksdb', 'lmdb'] as const) {
  const driver = name === 'memory' ? memoryKvDriver() : await loaded(name)
  if (typeof driver === 'string') describe(`a map in a store of ${name}`, { skip: driver }, () => {})
  else mapFormModel(driver)
}

/** Why it cannot be, where it cannot: both are optional. */
async function loaded(name: KvDriverName): Promise<KvDriver | string> {
  return loadKvDriver(name).catch(messageOf)
}

/** A map of so many entries that is in the store alone. */
function storedMap(count: number, limits = mapLimits(16 * 1024 * 1024)): { store: MemoryKvStore; table: OneMapTable } {
  const store = new MemoryKvStore()
  const table = new OneMapTable(store, limits)
  for (let key = 0; key < count; key += 1) table.state.put(key, `value ${String(key)}`)
  table.evict()
  table.buffer.flush()
  store.reads = 0
  return { store, table }
}

describe('A map in a store', () => {
  it('is one entry for each of its keys, and in a savepoint what a map on the heap is', () => {
    const { table } = storedMap(3)
    assert.equal(table.stored().length, 3)
    const onHeap = new UserMap(KEYS)
    for (let key = 0; key < 3; key += 1) onHeap.set(key, `value ${String(key)}`)
    const output = new DataOutputView()
    SERIALIZER.serialize(onHeap, output)
    assert.deepEqual(table.savepointBytes(), output.toBytes())
  })

  it('is restored from the bytes of a map on the heap, entry by entry', () => {
    const { table } = storedMap(0)
    const onHeap = new UserMap(KEYS)
    for (let key = 0; key < 300; key += 1) onHeap.set(key, { key })
    table.form.restore(prefixOf(0), inputOf(SERIALIZER, onHeap), targetOf(table.buffer.batch))
    table.buffer.flush()
    assert.equal(table.stored().length, 300)
    table.evict()
    assert.deepEqual(table.state.get(299), { key: 299 })
  })

  it('is read whole with its first key where it is small, and then never again', () => {
    const { store, table } = storedMap(30)
    assert.equal(table.state.get(7), 'value 7')
    assert.equal(table.state.get(29), 'value 29')
    assert.equal(table.state.get('no key'), null)
    assert.equal(store.reads, 0, 'no key was asked for by itself')
  })

  it('is read key by key where it is large, each once, and those that are not there, too', () => {
    const { store, table } = storedMap(2000)
    for (const key of [7, 7, 1999, 'no key', 'no key']) table.state.get(key)
    assert.equal(table.state.contains(7), true)
    assert.equal(table.state.contains('no key'), false)
    assert.equal(store.reads, 3)
  })

  it('is read whole after so many keys that it costs no more, unless it is too large', () => {
    const { store, table } = storedMap(200)
    for (let key = 0; key < 200; key += 1) assert.equal(table.state.get(key), `value ${String(key)}`)
    assert.ok(store.reads < 40, `${String(store.reads)} reads`)
    const large = storedMap(2000)
    for (let key = 0; key < 200; key += 1) large.table.state.get(key)
    assert.equal(large.store.reads, 200)
  })

  it('is changed without being read, and no other entry is written', () => {
    const { store, table } = storedMap(2000)
    table.state.put(5, 'new')
    table.state.put('another', 'new')
    table.state.remove(6)
    table.saveCurrent()
    const { sizeBytes } = table.buffer.batch
    assert.ok(sizeBytes > 0 && sizeBytes < 200, `${String(sizeBytes)} bytes are written`)
    assert.equal(store.reads, 0)
    table.evict()
    assert.equal(table.stored().length, 2000)
    assert.deepEqual(
      [5, 'another', 6, 7].map((key) => table.state.get(key)),
      ['new', 'new', null, 'value 7'],
    )
  })

  it('costs the store nothing where an entry is put and removed before it is written', () => {
    const { table } = storedMap(0)
    table.state.put('stays', 1)
    for (let round = 0; round < 1000; round += 1) {
      table.state.put(round, round)
      table.state.remove(round)
    }
    table.saveCurrent()
    assert.ok(table.buffer.batch.sizeBytes < 50)
    assert.equal(table.stored().length, 1)
    assert.ok(table.sizeBytes < 1000, `${String(table.sizeBytes)} bytes in memory`)
  })

  it('takes no more memory than it may, however many of its keys are put and asked for', () => {
    const limits = mapLimits(1024 * 1024)
    const { table } = storedMap(0, limits)
    const most = limits.heldBytes + limits.changedBytes
    let largest = 0
    for (let key = 0; key < 20_000; key += 1) {
      table.state.put(key, `value ${String(key)}`)
      largest = Math.max(largest, table.sizeBytes)
    }
    for (let key = 0; key < 20_000; key += 1) {
      assert.equal(table.state.get(key), `value ${String(key)}`)
      largest = Math.max(largest, table.sizeBytes)
    }
    assert.ok(largest < 1.2 * most, `${String(largest)} bytes of ${String(most)}`)
    let count = 0
    for (const [key, value] of table.state.entries()) {
      assert.equal(value, `value ${String(key)}`)
      count += 1
    }
    assert.equal(count, 20_000)
  })

  it('keeps the keys in memory that are asked for again and again', () => {
    const { store, table } = storedMap(20_000, mapLimits(1024 * 1024))
    const hot = [1, 2, 3]
    for (const key of hot) table.state.get(key)
    for (let key = 10; key < 20_000; key += 1) {
      table.state.get(key)
      if (key % 100 === 0) for (const each of hot) table.state.get(each)
    }
    store.reads = 0
    for (const each of hot) table.state.get(each)
    assert.equal(store.reads, 0)
  })

  it('has no entry in the store any more once it was cleared, and what is put then is all it has', () => {
    const { table } = storedMap(2000)
    table.state.clear()
    table.state.put(5, 'new')
    table.evict()
    assert.equal(table.stored().length, 1)
    assert.deepEqual([...table.state.entries()], [[5, 'new']])
  })

  it('hands out an object that was not written yet only after its table was told', () => {
    const { table } = storedMap(2000)
    table.state.put('number', 1)
    table.state.put('object', { n: 1 })
    table.handedOut = 0
    table.state.get('number')
    assert.equal(table.handedOut, 0)
    table.state.get('object')
    assert.equal(table.handedOut, 1)
    table.state.entries()
    assert.equal(table.handedOut, 2)
  })

  it('says which of its values cannot be stored, writes nothing then, and can be written once that is gone', () => {
    const { table } = storedMap(3)
    table.state.put(0, 'new')
    table.state.put('bad', () => 1)
    assert.throws(
      () => {
        table.saveCurrent()
      },
      (error) => error instanceof ValueNotSerializableError && error.path === "get('bad')",
    )
    assert.equal(table.buffer.batch.sizeBytes, 0)
    table.state.remove('bad')
    table.evict()
    assert.equal(table.state.get(0), 'new')
    assert.equal(table.stored().length, 3)
  })

  it('finds keys by value, and keeps them as they were when they were put', () => {
    const { table } = storedMap(0, TINY)
    const key = [1, 'x']
    table.state.put(key, 'pair')
    key[0] = 2
    for (const walked of table.state.keys()) (walked as unknown[])[0] = 3
    table.evict()
    assert.equal(table.state.get([1, 'x']), 'pair')
    assert.deepEqual([...table.state.keys()], [[1, 'x']])
  })

  it('may be left in the middle of a walk, which gives its cursor back', () => {
    const { table } = storedMap(2000)
    for (const [key] of table.state.entries()) {
      assert.equal(table.state.contains(key), true)
      break
    }
    assert.equal(new DataInputView(table.savepointBytes()).readVarInt(), 2000)
  })

  it('takes no value for a map that is none', () => {
    const { form, buffer } = storedMap(0).table
    assertTextIsRefused(form, prefixOf(0), buffer.batch)
  })
})
