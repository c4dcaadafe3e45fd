import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import type { Logger, LogFields } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { NO_REGISTERED_TYPES } from '../../../../../src/core/types/registered-types.js'
import { loadKvDriver } from '../../../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import { loadStateBackend } from '../../../../../src/runtime/taskmanager/state/state-backend-loader.js'
import { NO_TIME } from '../../../../contract/runtime/set-time.js'

const PARAMETERS = {
  keyKind: 'auto',
  keyGroups: { start: 0, end: 127 },
  maxParallelism: 128,
  registeredTypes: NO_REGISTERED_TYPES,
  processingTime: NO_TIME,
} as const

const driver = await loadKvDriver('auto').catch(() => undefined)

const options = { skip: driver === undefined ? 'no driver can be loaded here' : false }
test(
  'the log says once a worker which driver keyed state on the disk has, and nothing of the heap',
  options,
  async () => {
    const local = await mkdtemp(path.join(tmpdir(), 'flink-ts-loader-'))
    const jobId = 'a'.repeat(32)
    const told: (readonly [string, LogFields | undefined])[] = []
    const logger: Logger = { ...SILENT_LOGGER, info: (message, fields) => told.push([message, fields]) }
    try {
      for (const name of ['hashmap', 'rocksdb']) {
        const map = { 'state.backend': name, 'state.backend.rocksdb.localdir': local }
        const services = { jobId, slots: 1, random: new SeededRandom(1), logger }
        const backend = loadStateBackend(Configuration.fromMap(map), services)
        for (const operatorName of ['Count', 'Sum']) {
          const keyed = backend.createKeyedStateBackend({ ...PARAMETERS, operatorName })
          await keyed.open()
          await keyed.dispose()
        }
      }
      assert.deepEqual(told, [['keyed state lies on the disk', { jobId, driver: driver?.name }]])
    } finally {
      await rm(local, { recursive: true, force: true })
    }
  },
)
