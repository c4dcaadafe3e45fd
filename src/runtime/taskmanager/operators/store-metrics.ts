// Duty: the metrics of the store that an operator's keyed state lies in, by Flink's names: `<operator>.rocksdb.<name>`.
// Invariants: only those that the configuration asks for and that the store knows. Read when metrics are collected, never
// for a record.
// Thread: the task worker that owns the operator.
import type { Configuration } from '../../../core/config/configuration.js'
import { RocksDBOptions } from '../../../core/config/rocksdb-options.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'

/** Once the backend is open. */
export function registerStoreMetrics(
  backend: Pick<KeyedStateBackend, 'metrics'>,
  group: MetricGroup,
  configuration: Configuration,
): void {
  const asked = Object.entries(configuration.get(RocksDBOptions.METRICS)).filter(([, value]) => isTrue(value))
  if (asked.length === 0) return
  const known = backend.metrics?.() ?? {}
  for (const [name] of asked) {
    if (known[name] === undefined) continue
    group.addGroup('rocksdb').gauge(name, () => backend.metrics?.()[name] ?? 0)
  }
}

function isTrue(text: string): boolean {
  return text.trim().toLowerCase() === 'true'
}
