import {
  booleanOption,
  doubleOption,
  enumOption,
  mapOption,
  memoryOption,
  directoriesOption,
  type ConfigOption,
} from './config-option.js'

/** What may hold the entries of the rocksdb backend: an installed package each. */
export type StateDriverName = 'auto' | 'rocksdb' | 'lmdb'

/** Options of Flink's RocksDBOptions and RocksDBNativeMetricOptions that are honoured, and the driver, which is ours. */
export const RocksDBOptions: {
  readonly DRIVER: ConfigOption<StateDriverName>
  readonly LOCAL_DIRECTORIES: ConfigOption<string | undefined>
  readonly USE_MANAGED_MEMORY: ConfigOption<boolean>
  readonly FIX_PER_SLOT_MEMORY_SIZE: ConfigOption<number | undefined>
  readonly WRITE_BUFFER_RATIO: ConfigOption<number>
  readonly METRICS: ConfigOption<Readonly<Record<string, string>>>
} = {
  DRIVER: enumOption('state.backend.rocksdb.driver', 'auto', {
    description:
      'The package that holds the entries. rocksdb: @nxtedition/rocksdb. lmdb: lmdb, for machines that the other one does not run on. auto: the first of them that loads. Savepoints move from either to the other.',
    enumValues: ['auto', 'rocksdb', 'lmdb'],
  }),
  LOCAL_DIRECTORIES: directoriesOption('state.backend.rocksdb.localdir', {
    description:
      'Local directories for the files of running jobs, each operator in the next of them. They are of one machine, and best on a fast disk. What a killed process left there is removed by the next job that uses them. Unset: io.tmp.dirs.',
    deprecatedKeys: ['state.backend.rocksdb.checkpointdir'],
  }),
  USE_MANAGED_MEMORY: booleanOption('state.backend.rocksdb.memory.managed', true, {
    description:
      "Operators share the memory of their worker's slots (taskmanager.memory.managed.size). false: each operator has as much for itself.",
  }),
  FIX_PER_SLOT_MEMORY_SIZE: memoryOption('state.backend.rocksdb.memory.fixed-per-slot', undefined, {
    minimum: 1_048_576,
    description:
      'Memory of a slot for its operators together, in place of its part of taskmanager.memory.managed.size.',
  }),
  WRITE_BUFFER_RATIO: doubleOption('state.backend.rocksdb.memory.write-buffer-ratio', 0.5, {
    minimum: 0,
    maximum: 1,
    description:
      "Part of the driver's memory for what is not written to files yet; the rest is for blocks of files that were read. lmdb makes no difference between them.",
  }),
  METRICS: mapOption('state.backend.rocksdb.metrics', {
    description:
      'What operators show of their store, each by its name: `state.backend.rocksdb.metrics.estimate-num-keys: true` is the metric `<operator>.rocksdb.estimate-num-keys`. The names are those of Flink; what the driver cannot tell is not shown (lmdb tells none), and a run warns of it. None are by default. `jobs/state.md` says where metrics are seen.',
  }),
}
