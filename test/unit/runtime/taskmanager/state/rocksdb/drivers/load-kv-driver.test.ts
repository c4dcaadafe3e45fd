import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../../../src/core/errors/flink-error.js'
import type { KvDriver } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import {
  LMDB_PACKAGE,
  loadKvDriver,
  placeOfPackages,
  ROCKSDB_PACKAGE,
  type KvPackages,
} from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'

const driverNamed = (name: string): KvDriver => ({ name, open: () => Promise.reject(new Error('not opened here')) })
const found = (name: string) => () => Promise.resolve(driverNamed(name))
const missing = (name: string) => () =>
  Promise.reject(Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' }))
const unloadable = () =>
  Promise.reject(new Error('No native build was found for platform=linux arch=arm64\n    loaded from: /x\n'))

function isUnavailable(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(FlinkError.is(error, 'STATE_STORE_UNAVAILABLE'), String(error))
    assert.match(error.message, message)
    return true
  }
}

describe('the driver of a state store', () => {
  it('is the one that is named, whatever else is there', async () => {
    const packages: KvPackages = { rocksdb: found('rocksdb'), lmdb: found('lmdb') }
    assert.equal((await loadKvDriver('rocksdb', packages)).name, 'rocksdb')
    assert.equal((await loadKvDriver('lmdb', packages)).name, 'lmdb')
    assert.equal((await loadKvDriver('auto', packages)).name, 'rocksdb')
  })

  it('is LMDB where nothing is named and RocksDB cannot be loaded', async () => {
    const reasons: string[] = []
    for (const rocksdb of [missing('@nxtedition/rocksdb'), unloadable, found('rocksdb')])
      await loadKvDriver('auto', { rocksdb, lmdb: found('lmdb') }, (reason) => reasons.push(reason))
    for (const rocksdb of [missing('@nxtedition/rocksdb'), unloadable])
      assert.equal((await loadKvDriver('auto', { rocksdb, lmdb: found('lmdb') })).name, 'lmdb')
    assert.deepEqual(reasons, [
      '@nxtedition/rocksdb@12.2.12: it is not installed',
      '@nxtedition/rocksdb@12.2.12: No native build was found for platform=linux arch=arm64',
    ])
  })

  it('that is named and not installed is an error that says what to install, also where the other one is', async () => {
    const packages: KvPackages = { rocksdb: missing('@nxtedition/rocksdb'), lmdb: missing('lmdb') }
    const rocksdb = /it is not installed\. Run npm install @nxtedition\/rocksdb@12\.2\.12 in \/.+, or run the job with/
    await assert.rejects(loadKvDriver('rocksdb', { ...packages, lmdb: found('lmdb') }), isUnavailable(rocksdb))
    const lmdb = /it is not installed\. Run npm install lmdb@3\.5\.6 in \/.+, or run the job with/
    await assert.rejects(loadKvDriver('lmdb', { ...packages, rocksdb: found('rocksdb') }), isUnavailable(lmdb))
  })

  it('that cannot be loaded on this machine is an error with the reason in one line', async () => {
    const reason = /: No native build was found for platform=linux arch=arm64\. Run npm install/
    await assert.rejects(loadKvDriver('rocksdb', { rocksdb: unloadable, lmdb: found('lmdb') }), isUnavailable(reason))
  })

  it('of which none can be loaded is an error with the reasons of both', async () => {
    const reasons =
      /@nxtedition\/rocksdb@12\.2\.12: No native build .*arch=arm64; lmdb@3\.5\.6: it is not installed\. Run npm install @nxtedition\/rocksdb@12\.2\.12 or npm install lmdb@3\.5\.6 in /
    await assert.rejects(loadKvDriver('auto', { rocksdb: unloadable, lmdb: missing('lmdb') }), isUnavailable(reasons))
  })

  it('is to be installed in the project of the user, or where flink-ts lies if that is elsewhere', () => {
    assert.equal(placeOfPackages('/project/node_modules/flink-ts/dist/lib/runtime'), '')
    assert.equal(placeOfPackages('/flink-ts/dist/lib/runtime'), ' in /flink-ts')
    assert.equal(placeOfPackages('C:\\flink-ts\\dist\\lib'), ' in C:\\flink-ts')
  })

  it('is a package of exactly the version that flink-ts was made with', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      optionalDependencies: Record<string, string>
    }
    const packages = Object.entries(optionalDependencies).map(([name, version]) => `${name}@${version}`)
    assert.deepEqual(packages.sort(), [ROCKSDB_PACKAGE, LMDB_PACKAGE].sort())
  })
})
