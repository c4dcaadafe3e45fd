import { nearestName } from '../errors/nearest-name.js'
import type { Configuration } from './configuration.js'
import { RocksDBOptions } from './rocksdb-options.js'
import { StateBackendOptions } from './state-backend-options.js'

/** What a store of RocksDB tells of itself, by Flink's names: the properties of RocksDB without `rocksdb.`. */
export const ROCKSDB_METRICS: readonly string[] = [
  'actual-delayed-write-rate',
  'background-errors',
  'block-cache-capacity',
  'block-cache-pinned-usage',
  'block-cache-usage',
  'compaction-pending',
  'cur-size-active-mem-table',
  'cur-size-all-mem-tables',
  'estimate-live-data-size',
  'estimate-num-keys',
  'estimate-pending-compaction-bytes',
  'estimate-table-readers-mem',
  'is-write-stopped',
  'live-sst-files-size',
  'mem-table-flush-pending',
  'num-deletes-active-mem-table',
  'num-deletes-imm-mem-tables',
  'num-entries-active-mem-table',
  'num-entries-imm-mem-tables',
  'num-immutable-mem-table',
  'num-live-versions',
  'num-running-compactions',
  'num-running-flushes',
  'num-snapshots',
  'size-all-mem-tables',
  'total-sst-files-size',
]

/** Metrics that are asked for and that no operator will show, by their keys, each with why. */
export function metricsNotShown(configuration: Configuration): ReadonlyMap<string, string> {
  const notShown = new Map<string, string>()
  if (configuration.get(StateBackendOptions.STATE_BACKEND) !== 'rocksdb') return notShown
  const isLmdb = configuration.get(RocksDBOptions.DRIVER) === 'lmdb'
  for (const [name, value] of Object.entries(configuration.get(RocksDBOptions.METRICS))) {
    const reason = whyNotShown(name, value, isLmdb)
    if (reason !== undefined) notShown.set(`${RocksDBOptions.METRICS.key}.${name}`, reason)
  }
  return notShown
}

function whyNotShown(name: string, value: string, isLmdb: boolean): string | undefined {
  const word = value.trim().toLowerCase()
  if (word === 'false') return undefined
  if (word !== 'true') return `It takes true or false, and no ${value}.`
  if (isLmdb) return 'The driver lmdb tells nothing of its store.'
  if (ROCKSDB_METRICS.includes(name)) return undefined
  const near = nearestName(name, ROCKSDB_METRICS)
  return near === undefined ? 'The driver does not tell it.' : `Did you mean ${near}?`
}
