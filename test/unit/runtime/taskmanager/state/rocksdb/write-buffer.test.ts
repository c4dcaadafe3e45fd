import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WriteBuffer } from '../../../../../../src/runtime/taskmanager/state/rocksdb/write-buffer.js'
import { MemoryKvStore } from '../../../../../contract/runtime/memory-kv-store.js'

function keyOf(number: number): Uint8Array {
  return Buffer.from(`a key ${String(number)}`)
}

describe('A write buffer', () => {
  it('has what was gathered, and what was removed no more, whoever reads it', () => {
    const buffer = new WriteBuffer(new MemoryKvStore())
    for (let round = 0; round < 500; round += 1) {
      buffer.batch.put(keyOf(round), Uint8Array.of(round & 0xff))
      if (round % 3 === 0) buffer.batch.delete(keyOf(round >> 1))
      buffer.added()
      assert.deepEqual(buffer.get(keyOf(round)), round === 0 ? undefined : Uint8Array.of(round & 0xff))
      if (round % 3 === 0) assert.equal(buffer.get(keyOf(round >> 1)), undefined)
    }
  })

  it('writes nothing because of a read of another entry', () => {
    const store = new MemoryKvStore()
    const buffer = new WriteBuffer(store)
    for (let number = 0; number < 1000; number += 1) buffer.batch.put(keyOf(number), Uint8Array.of(1))
    let reads = 0
    for (let number = 1000; store.writes === 0 && number < 2000; number += 1, reads += 1) buffer.get(keyOf(number))
    assert.ok(reads > 10, `${String(reads)} reads`)
    buffer.flush()
    assert.equal(store.range(new Uint8Array(0)).next(2000).length, 1000)
  })

  it('writes all of it before a range or a view is read', () => {
    const buffer = new WriteBuffer(new MemoryKvStore())
    buffer.batch.put(keyOf(1), Uint8Array.of(1))
    assert.equal(buffer.range(new Uint8Array(0)).next(9).length, 1)
    buffer.batch.put(keyOf(2), Uint8Array.of(1))
    const view = buffer.view()
    assert.equal(view.range(new Uint8Array(0)).next(9).length, 2)
    view.close()
  })
})
