// Duty: what RocksDB says about itself, under the names that Flink gives to it.
// Thread: the task worker that owns the backend.

const PROPERTIES: readonly string[] = [
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

export function rocksDbMetrics(read: (property: string) => string): Readonly<Record<string, number>> {
  const values = PROPERTIES.map((name) => [name, read(`rocksdb.${name}`)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]))
}
