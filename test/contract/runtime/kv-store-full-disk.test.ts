import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { loadKvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import type { KvStore } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { bytesOf } from './kv-store.contract.js'

/** Undefined where only an administrator may do this. */
function mountSmallDisk(): string | undefined {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', directory], { stdio: 'ignore' })
    return directory
  } catch {
    rmdirSync(directory)
    return undefined
  }
}

function fill(store: KvStore): void {
  const value = Buffer.alloc(10_000, 'v')
  for (let round = 0; round < 200; round++) {
    const batch = store.newBatch()
    for (let entry = 0; entry < 20; entry++) batch.put(bytesOf(`key-${String(round * 20 + entry)}`), value)
    store.write(batch)
  }
}

for (const name of ['rocksdb', 'lmdb'] as const) {
  describe(`a KvStore of ${name} on a disk that gets full`, () => {
    it('says so with its directory, lets what is there be read, and closes', async (context) => {
      const driver = await loadKvDriver(name).catch(() => undefined)
      const directory = driver === undefined ? undefined : mountSmallDisk()
      if (driver === undefined || directory === undefined)
        return context.skip('needs the package, and a small disk, which root on Linux can mount')
      const store = await driver.open({ directory, memoryBytes: 2 ** 20 })
      const isFull = (error: unknown): boolean => {
        assert.ok(FlinkError.is(error, 'DISK_FULL'), String(error))
        assert.ok(error.message.includes(directory), error.message)
        return true
      }
      try {
        assert.throws(() => fill(store), isFull)
        assert.equal(store.get(bytesOf('key-0'))?.length, 10_000)
      } finally {
        await store.close().catch(() => undefined)
        execFileSync('umount', [directory])
        rmdirSync(directory)
      }
    })
  })
}
