import { nearestName } from '../errors/nearest-name.js'
import type { Configuration } from './configuration.js'
import { ROCKSDB_METRICS } from './rocksdb-metric-names.js'
import { RocksDBOptions } from './rocksdb-options.js'
import { StateBackendOptions } from './state-backend-options.js'

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
