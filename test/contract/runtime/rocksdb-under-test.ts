import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach } from 'node:test'
import { loadKvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import type { KvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { RocksDBKeyedStateBackend } from '../../../src/runtime/taskmanager/state/rocksdb/rocksdb-keyed-state-backend.js'
import type { RocksDBResources } from '../../../src/runtime/taskmanager/state/rocksdb/rocksdb-resources.js'
import { StateMemory } from '../../../src/runtime/taskmanager/state/rocksdb/state-memory.js'
import type { KeyedStateBackendParameters } from '../../../src/runtime/taskmanager/state/state-backend.js'
import { memoryKvDriver, type MemoryKvStore } from './memory-kv-store.js'
import type { BackendUnderTest } from './state-backend.contract.js'

const DRIVER_BYTES = 8 * 1024 * 1024
export const PLENTY_BYTES = 256 * 1024 * 1024

export interface DiskUnderTest {
  readonly driver: 'memory' | 'rocksdb' | 'lmdb'
  /** Of live objects; plenty where it is not said. */
  readonly cacheBytes?: number
  /** The stores of the driver in memory. */
  readonly opened?: MemoryKvStore[]
}

/** Opening a real store takes as long as many runs in memory. */
const RUNS = { memory: 20, rocksdb: 3, lmdb: 3 }

/** Of a test; gone with it. */
const backends: RocksDBKeyedStateBackend[] = []
const directories: string[] = []

export function rocksdbResources({ driver, cacheBytes = PLENTY_BYTES, opened }: DiskUnderTest): RocksDBResources {
  const budget = { driverBytes: DRIVER_BYTES, objectBytes: cacheBytes, writeBufferRatio: 0.5 }
  return {
    loadDriver: (): Promise<KvDriver> =>
      driver === 'memory' ? Promise.resolve(memoryKvDriver(opened)) : loadKvDriver(driver),
    createDirectory: async () => {
      if (driver === 'memory') return { path: 'nowhere', remove: () => Promise.resolve() }
      const directory = await mkdtemp(path.join(tmpdir(), 'flink-ts-state-'))
      directories.push(directory)
      return { path: path.join(directory, 'store'), remove: () => rm(directory, { recursive: true, force: true }) }
    },
    memory: new StateMemory(budget, false),
  }
}

export function createDisk<T extends RocksDBKeyedStateBackend>(backend: T): T {
  backends.push(backend)
  return backend
}

export function diskUnderTest(disk: DiskUnderTest): BackendUnderTest {
  const size = disk.cacheBytes === undefined ? '' : ` with objects of ${String(disk.cacheBytes)} bytes`
  return {
    name: `RocksDBKeyedStateBackend on ${disk.driver}${size}`,
    keepsObjects: true,
    sharesFiles: disk.driver === 'rocksdb',
    isSlow: true,
    numRuns: RUNS[disk.driver],
    create: (parameters: KeyedStateBackendParameters) =>
      createDisk(new RocksDBKeyedStateBackend(parameters, rocksdbResources(disk))),
  }
}

/** What the tests of a file leave open and on the disk goes with each of them. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    await Promise.all(backends.splice(0).map((backend) => backend.dispose()))
    await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })))
  })
}
