// Duty: the state backend that a job's configuration names: the one place that knows which there are.
// Invariants: a name that is none is refused where the option is read. Made once for all operators of a worker in an attempt:
// they share its memory and its directories.
// Thread: the task worker.
import type { Configuration } from '../../../core/config/configuration.js'
import { CoreOptions } from '../../../core/config/core-options.js'
import { RocksDBOptions } from '../../../core/config/rocksdb-options.js'
import { StateBackendOptions } from '../../../core/config/state-backend-options.js'
import type { Logger } from '../../../core/logging/logger.js'
import { WorkingDirectories } from '../../../core/process/working-directories.js'
import { memoryLimits } from '../../../core/process/memory-limits.js'
import type { Random } from '../../../core/random/random.js'
import { HashMapStateBackend } from './hash-map-state-backend.js'
import { loadKvDriver } from './rocksdb/drivers/load-kv-driver.js'
import type { KvDriver } from './rocksdb/kv-store.js'
import { memoryOfWorker } from './rocksdb/memory-budget.js'
import { RocksDBStateBackend } from './rocksdb/rocksdb-state-backend.js'
import type { RocksDBResources } from './rocksdb/rocksdb-resources.js'
import type { StateBackend } from './state-backend.js'

export interface StateBackendServices {
  readonly jobId: string
  /** Of the worker. */
  readonly slots: number
  readonly random: Random
  readonly logger: Logger
}

export function loadStateBackend(configuration: Configuration, services: StateBackendServices): StateBackend {
  switch (configuration.get(StateBackendOptions.STATE_BACKEND)) {
    case 'hashmap':
    // Flink's older names say where checkpoints go; state is on the heap with them, too.
    case 'jobmanager':
    case 'filesystem':
      return new HashMapStateBackend()
    case 'rocksdb':
      return new RocksDBStateBackend(rocksDBResources(configuration, services))
  }
}

function rocksDBResources(configuration: Configuration, services: StateBackendServices): RocksDBResources {
  const { jobId, slots, random, logger } = services
  const localDirectories = configuration.getOptional(RocksDBOptions.LOCAL_DIRECTORIES)
  const directories = new WorkingDirectories({
    places: localDirectories ?? configuration.get(CoreOptions.TMP_DIRS),
    prefix: 'flink-ts-rocksdb',
    option: RocksDBOptions.LOCAL_DIRECTORIES.key,
    random,
  })
  let loaded: Promise<KvDriver> | undefined
  return {
    loadDriver: () => (loaded ??= loadDriver(configuration, jobId, logger)),
    createDirectory: (near) => directories.create(jobId, near),
    memory: memoryOfWorker(configuration, slots, memoryLimits()),
  }
}

/** Which driver it is only its worker knows, and the user reads in the log. */
async function loadDriver(configuration: Configuration, jobId: string, logger: Logger): Promise<KvDriver> {
  let reason = ''
  const driver = await loadKvDriver(configuration.get(RocksDBOptions.DRIVER), undefined, (told) => (reason = told))
  logger.info('keyed state lies on the disk', { jobId, driver: driver.name, ...(reason === '' ? {} : { reason }) })
  return driver
}
