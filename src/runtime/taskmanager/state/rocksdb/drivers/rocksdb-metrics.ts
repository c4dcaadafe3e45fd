// Duty: what RocksDB says about itself, under the names that Flink gives to it.
// Thread: the task worker that owns the backend.
import { ROCKSDB_METRICS } from '../../../../../core/config/rocksdb-metric-names.js'

export function rocksDbMetrics(read: (property: string) => string): Readonly<Record<string, number>> {
  const values = ROCKSDB_METRICS.map((name) => [name, read(`rocksdb.${name}`)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]))
}
