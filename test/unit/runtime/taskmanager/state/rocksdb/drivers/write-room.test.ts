import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../../../src/core/errors/flink-error.js'
import { importRocksLevel } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import { WriteRoom } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/write-room.js'
import { rocksDbDriver } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/rocksdb-store.js'
import type { RocksLevelClass } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/rocks-level.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

type Properties = Readonly<Record<string, number>>
const CALM: Properties = {
  'rocksdb.background-errors': 0,
  'rocksdb.is-write-stopped': 0,
  'rocksdb.actual-delayed-write-rate': 0,
  'rocksdb.num-immutable-mem-table': 0,
  'rocksdb.num-files-at-level0': 0,
}

/** How often it paused, where RocksDB says one after the other. */
function pausesAt(...states: readonly Properties[]): number {
  let at = 0
  const room = new WriteRoom(
    (property) => String({ ...CALM, ...states[at] }[property] ?? 'none of that name'),
    () => {
      at += 1
      assert.ok(at < states.length, 'it waits though nothing changes any more')
    },
  )
  room.await()
  return at
}

const slow = (property: string, value: number): Properties => ({
  'rocksdb.actual-delayed-write-rate': 16_777_216,
  [`rocksdb.${property}`]: value,
})

describe('a write', () => {
  it('goes ahead at once where RocksDB has room, also where it is only slowed down', () => {
    assert.equal(pausesAt({}), 0)
    assert.equal(pausesAt(slow('num-files-at-level0', 33)), 0)
    assert.equal(pausesAt(slow('num-immutable-mem-table', 4)), 0)
  })

  it('waits outside of RocksDB while it might have to inside', () => {
    assert.equal(pausesAt({ 'rocksdb.is-write-stopped': 1 }, slow('num-immutable-mem-table', 5), {}), 2)
    assert.equal(pausesAt(slow('num-files-at-level0', 34), slow('num-files-at-level0', 20)), 1)
  })

  it('fails as soon as files cannot be written, in the middle of that wait as well', () => {
    const failed = { 'rocksdb.background-errors': 1 }
    assert.throws(() => pausesAt(failed), /could not be written in the background/)
    assert.throws(() => pausesAt({ 'rocksdb.is-write-stopped': 1 }, failed), /could not be written in the background/)
  })
})

describe('a RocksDB whose background threads failed', async () => {
  const rocksLevel = await importRocksLevel().catch(() => undefined)

  it('takes no write any more and says why', { skip: rocksLevel === undefined && 'it is not installed' }, async () => {
    assert.ok(rocksLevel !== undefined)
    let errors = '0'
    class Failing extends (rocksLevel as unknown as new (
      ...args: ConstructorParameters<RocksLevelClass>
    ) => InstanceType<RocksLevelClass>) {
      override getProperty(name: string): string {
        return name === 'rocksdb.background-errors' ? errors : super.getProperty(name)
      }
    }
    const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-write-room-'))
    const store = await rocksDbDriver(Failing).open({ directory, memoryBytes: 2 ** 20 })
    try {
      const write = (): void => {
        const batch = store.newBatch()
        batch.put(Buffer.from('a'), Buffer.from('1'))
        store.write(batch)
      }
      write()
      errors = '1'
      assert.throws(write, (error) => {
        assert.ok(FlinkError.is(error, 'STATE_STORE_FAILED') || FlinkError.is(error, 'DISK_FULL'), String(error))
        return true
      })
    } finally {
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
