import assert from 'node:assert/strict'
import { appendFileSync, linkSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../../../../../src/core/errors/flink-error.js'
import { importRocksLevel } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import type { Link } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/rocksdb-files.js'
import { rocksDbDriver } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/rocksdb-store.js'
import type { KvStore } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'

const rocksLevel = await importRocksLevel().catch(() => undefined)

describe('links to the files of a running RocksDB', { skip: rocksLevel === undefined && 'it is not installed' }, () => {
  const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-rocksdb-files-'))
  after(() => rmSync(base, { recursive: true, force: true }))

  async function storeWith(link: Link): Promise<{ store: KvStore; directory: string }> {
    assert.ok(rocksLevel !== undefined)
    const directory = mkdtempSync(path.join(base, 'store-'))
    const store = await rocksDbDriver(rocksLevel, link).open({ directory, memoryBytes: 2 ** 21 })
    const batch = store.newBatch()
    batch.put(Buffer.from('a'), Buffer.from('1'))
    store.write(batch)
    return { store, directory }
  }

  it('are made once more where a file was removed before its link was made, and leave nothing of the first time', async () => {
    let failures = 3
    const { store, directory } = await storeWith((existing, link) => {
      if (failures > 0 && path.basename(existing).startsWith('MANIFEST')) {
        failures -= 1
        throw Object.assign(new Error(`ENOENT: no such file, link '${existing}'`), { code: 'ENOENT' })
      }
      linkSync(existing, link)
    })
    const files = store.captureFiles?.()
    assert.ok(files !== undefined)
    assert.equal(failures, 0)
    assert.equal(readdirSync(path.join(directory, 'captures')).length, 1)
    assert.ok(files.files.some(({ name }) => name.startsWith('MANIFEST')))
    await files.release()
    assert.deepEqual(readdirSync(path.join(directory, 'captures')), [])
    await store.close()
  })

  it('are made once more where RocksDB wrote to its MANIFEST meanwhile', async () => {
    const manifests: string[] = []
    const { store } = await storeWith((existing, link) => {
      linkSync(existing, link)
      if (!path.basename(existing).startsWith('MANIFEST')) return
      manifests.push(existing)
      // An edit of which the first bytes are written.
      if (manifests.length === 1) appendFileSync(existing, Uint8Array.of(1, 2, 3))
    })
    const files = store.captureFiles?.()
    assert.equal(manifests.length, 2)
    await files?.release()
    await store.close()
  })

  it('that the disk does not allow are an error that names it', async () => {
    const { store, directory } = await storeWith((existing) => {
      throw Object.assign(new Error(`EPERM: operation not permitted, link '${existing}'`), { code: 'EPERM' })
    })
    assert.throws(
      () => store.captureFiles?.(),
      (error: unknown) => {
        assert.ok(FlinkError.is(error, 'STATE_STORE_FAILED'), String(error))
        assert.match(error.message, /\(link files\): EPERM: operation not permitted/)
        return true
      },
    )
    assert.deepEqual(readdirSync(path.join(directory, 'captures')), [])
    await store.close()
  })
})
