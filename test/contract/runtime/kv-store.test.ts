import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  loadKvDriver,
  type KvDriverName,
} from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import type { KvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { messageOf } from '../../../src/core/errors/thrown-value.js'
import { kvFilesContract } from './kv-files.contract.js'
import { kvStoreContract } from './kv-store.contract.js'
import { kvStoreModel } from './kv-store.model.js'

const IS_LINUX_X64 = process.platform === 'linux' && process.arch === 'x64'

for (const name of ['rocksdb', 'lmdb'] as const) {
  const driver = await loaded(name)
  if (typeof driver === 'string') {
    describe(`a KvStore of ${name}`, { skip: driver }, () => {})
  } else {
    kvStoreContract(driver)
    kvStoreModel(driver)
    kvFilesContract(driver)
  }
}

it('both drivers can be loaded on Linux with an x64 processor', { skip: !IS_LINUX_X64 }, async () => {
  for (const name of ['rocksdb', 'lmdb'] as const) assert.equal((await loadKvDriver(name)).name, name)
})

/** Why it cannot be, where it cannot: both are optional, and one of them has no binary for some machines. */
async function loaded(name: KvDriverName): Promise<KvDriver | string> {
  return loadKvDriver(name).catch(messageOf)
}
